using System;
using System.Collections.Generic;
using System.Text;

namespace LbCore.Http;

/// <summary>
/// A few names of fields, to be found without regard to case, and with underscores for hyphens: backends that turn names into
/// variables (CGI and its heirs) do not tell them apart. Immutable; any thread.
/// </summary>
internal sealed class FieldNames
{
    private readonly byte[][] _names;
    private readonly ulong _lengths;

    public FieldNames(IEnumerable<string> names)
    {
        var found = new List<byte[]>();
        foreach (var name in names)
        {
            found.Add(Encoding.ASCII.GetBytes(name));
            _lengths |= BitOf(name.Length);
        }

        _names = [.. found];
    }

    public bool Contains(ReadOnlySpan<byte> name)
    {
        // Most names are told apart by how long they are.
        if ((_lengths & BitOf(name.Length)) == 0)
        {
            return false;
        }

        foreach (var other in _names)
        {
            if (IsSame(name, other))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSame(ReadOnlySpan<byte> name, ReadOnlySpan<byte> other)
    {
        if (Ascii.EqualsIgnoreCase(name, other))
        {
            return true;
        }

        if (name.Length != other.Length || !(name.Contains((byte)'_') || other.Contains((byte)'_')))
        {
            return false;
        }

        for (var i = 0; i < name.Length; i++)
        {
            if (!(IsMark(name[i]) && IsMark(other[i])) && !Ascii.EqualsIgnoreCase(name.Slice(i, 1), other.Slice(i, 1)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsMark(byte next) => next is (byte)'_' or (byte)'-';

    private static ulong BitOf(int length) => 1UL << Math.Min(length, 63);
}
