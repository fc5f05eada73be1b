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
            found.Add(Encoding.ASCII.GetBytes(name.ToLowerInvariant().Replace('_', '-')));
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
            if (name.Length == other.Length && KnownFields.EqualsButForUnderscores(name, other))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong BitOf(int length) => 1UL << Math.Min(length, 63);
}
