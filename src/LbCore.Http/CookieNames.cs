using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Http;

/// <summary>A few names of cookies, byte for byte. Immutable; any thread.</summary>
internal sealed class CookieNames
{
    private readonly byte[][] _names;

    /// <param name="names">Tokens (RFC 6265 section 4.1.1).</param>
    public CookieNames(IEnumerable<string> names) => _names = [.. names.Select(Encoding.ASCII.GetBytes)];

    public bool Contains(ReadOnlySpan<byte> name)
    {
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
}
