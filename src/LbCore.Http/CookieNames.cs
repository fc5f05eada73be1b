using System;
using System.Collections.Generic;
using System.Text;

namespace LbCore.Http;

/// <summary>A few names of cookies, byte for byte. Immutable; any thread.</summary>
internal sealed class CookieNames
{
    private readonly byte[][] _names;
    private readonly ulong _lengths;

    /// <param name="names">Tokens (RFC 6265 section 4.1.1).</param>
    public CookieNames(IEnumerable<string> names)
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
            if (name.SequenceEqual(other))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Counts which of the names a text has anywhere, whatever it means there, and tells the last of them.</summary>
    public int CountIn(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> last)
    {
        last = default;
        var count = 0;
        foreach (var name in _names)
        {
            if (text.IndexOf(name) >= 0)
            {
                last = name;
                count++;
            }
        }

        return count;
    }

    private static ulong BitOf(int length) => 1UL << Math.Min(length, 63);
}
