using System;
using System.Globalization;
using System.Text;

namespace LbCore.Http;

/// <summary>
/// Brings a path into the form that paths are compared in (RFC 3986 section 6.2.2): unreserved characters are not
/// percent-encoded, other encodings have capital digits, slashes do not repeat, and there are no dot segments. An encoded
/// slash or backslash stays what it is. The form of a normal form is itself.
/// </summary>
internal static class PathNormalizer
{
    private const int EscapeLength = 3;

    /// <summary>Returns whether a path is surely in its normal form. Costs three searches and no copy.</summary>
    /// <param name="path">A path that begins with a slash, without a query.</param>
    public static bool IsPlain(ReadOnlySpan<byte> path) =>
        path.IndexOf((byte)'%') < 0 && path.IndexOf("//"u8) < 0 && path.IndexOf("/."u8) < 0;

    /// <summary>Writes the normal form.</summary>
    /// <param name="path">A path that begins with a slash, without a query.</param>
    /// <param name="target">Room for as many bytes as the path has: it never becomes longer.</param>
    /// <param name="length">How many bytes the normal form has.</param>
    public static PathForm Normalize(ReadOnlySpan<byte> path, Span<byte> target, out int length)
    {
        length = 0;
        var form = PathForm.Kept;
        var hasMerged = false;
        var read = 0;
        while (read < path.Length)
        {
            // The slash that begins a segment, and the segment.
            var start = length;
            target[length++] = (byte)'/';
            read++;
            while (read < path.Length && path[read] != '/')
            {
                if (path[read] != '%')
                {
                    target[length++] = path[read++];
                }
                else if (!TryCopyEscape(path[read..], target, ref length))
                {
                    return PathForm.Refused;
                }
                else
                {
                    read += EscapeLength;
                }
            }

            var isLast = read == path.Length;
            var segment = target[(start + 1)..length];
            if (segment.IsEmpty && !isLast)
            {
                length = start;
                hasMerged = true;
                form = PathForm.Resolved;
            }
            else if (segment is [(byte)'.'])
            {
                length = isLast ? start + 1 : start;
                form = PathForm.Resolved;
            }
            else if (segment is [(byte)'.', (byte)'.'])
            {
                // Readers that do not merge slashes take an empty segment back here, and others a whole one.
                if (start == 0 || hasMerged)
                {
                    return PathForm.Refused;
                }

                start = target[..start].LastIndexOf((byte)'/');
                length = isLast ? start + 1 : start;
                form = PathForm.Resolved;
            }
        }

        return form;
    }

    /// <summary>Returns the bytes of a path as people write it: what is not ASCII is percent-encoded UTF-8.</summary>
    public static byte[] Encode(string path)
    {
        var encoded = new StringBuilder(path.Length);
        foreach (var value in Encoding.UTF8.GetBytes(path))
        {
            _ = char.IsAscii((char)value) ? encoded.Append((char)value) : encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return Encoding.ASCII.GetBytes(encoded.ToString());
    }

    private static bool TryCopyEscape(ReadOnlySpan<byte> escape, Span<byte> target, ref int length)
    {
        if (escape.Length < EscapeLength || Characters.HexValue(escape[1]) < 0 || Characters.HexValue(escape[2]) < 0)
        {
            return false;
        }

        var value = (byte)((Characters.HexValue(escape[1]) << 4) | Characters.HexValue(escape[2]));
        if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
        {
            target[length++] = value;
            return true;
        }

        target[length++] = (byte)'%';
        target[length++] = Capital(escape[1]);
        target[length++] = Capital(escape[2]);
        return true;
    }

    private static byte Capital(byte digit) => digit <= '9' ? digit : (byte)(digit & ~0x20);
}
