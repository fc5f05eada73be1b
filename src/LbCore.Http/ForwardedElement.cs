using System;
using System.Text;

namespace LbCore.Http;

/// <summary>
/// Reads elements of Forwarded (RFC 7239 section 4) from the right. The rightmost one is by the proxy before us, and what
/// anybody has put to its left, a quote that does not end among it, must not change how it is read.
/// </summary>
internal static class ForwardedElement
{
    /// <summary>Returns where the last element of a list begins; -1 when that cannot be said for its quotes.</summary>
    public static int StartOfLast(ReadOnlySpan<byte> list)
    {
        var end = list.Length;
        while (end >= 0)
        {
            var at = list[..end].LastIndexOfAny((byte)',', (byte)'"');
            if (at < 0 || list[at] == ',')
            {
                return at + 1;
            }

            end = FindOpeningQuote(list[..at]);
        }

        return -1;
    }

    /// <summary>Finds what stands behind <c>for=</c>, without its quotes. False when there is not exactly one, or the element cannot be read.</summary>
    public static bool TryFindFor(ReadOnlySpan<byte> element, out ReadOnlySpan<byte> node)
    {
        node = default;
        var isFound = false;
        while (!element.IsEmpty)
        {
            var end = FindEndOfPair(element);
            if (end < 0)
            {
                return false;
            }

            var pair = OptionalSpace.Trim(element[..end]);
            element = end == element.Length ? default : element[(end + 1)..];
            if (pair.Length > 3 && pair[3] == '=' && Ascii.EqualsIgnoreCase(pair[..3], "for"u8))
            {
                if (isFound)
                {
                    return false;
                }

                isFound = true;
                node = pair[4..] is [(byte)'"', .. var inner, (byte)'"'] ? inner : pair[4..];
            }
        }

        return isFound;
    }

    private static int FindOpeningQuote(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var at = text.LastIndexOf((byte)'"');
            if (at < 0)
            {
                return -1;
            }

            // One behind an odd number of backslashes stands for itself.
            text = text[..at];
            if ((at - text.TrimEnd((byte)'\\').Length) % 2 == 0)
            {
                return at;
            }
        }
    }

    private static int FindEndOfPair(ReadOnlySpan<byte> element)
    {
        var isQuoted = false;
        for (var at = 0; at < element.Length; at++)
        {
            var rest = element[at..];
            var next = isQuoted ? rest.IndexOfAny((byte)'"', (byte)'\\') : rest.IndexOfAny((byte)';', (byte)'"');
            if (next < 0)
            {
                break;
            }

            at += next;
            switch (element[at])
            {
                case (byte)';':
                    return at;
                case (byte)'"':
                    isQuoted = !isQuoted;
                    break;
                default:
                    // What is behind a backslash stands for itself.
                    at++;
                    break;
            }
        }

        return isQuoted ? -1 : element.Length;
    }
}
