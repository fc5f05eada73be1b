using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace LbCore.Http.Tests;

/// <summary>Decodes a whole chunked body from the grammar, with no regard to speed: a second opinion.</summary>
internal static partial class SlowChunks
{
    /// <summary>Returns what <see cref="Parsed.Body"/> says of a body that ends, and null for every other.</summary>
    public static string? Decode(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var data = new StringBuilder();
        var position = 0;
        var excess = 0L;
        while (true)
        {
            var head = Head().Match(text, position);
            if (!head.Success || head.Groups["extension"].Length > 1024)
            {
                return null;
            }

            position += head.Length;
            var size = long.Parse(head.Groups["size"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

            // Each chunk is free to cost 16 bytes and its data over again; what extensions cost beyond that adds up.
            excess = Math.Max(excess + head.Groups["extension"].Length - 16 - Math.Min(size, 16384), 0);
            if (excess > 16384)
            {
                return null;
            }

            if (size == 0)
            {
                break;
            }

            if (size > text.Length - position - 2 || text.Substring(position + (int)size, 2) != "\r\n")
            {
                return null;
            }

            data.Append(text, position, (int)size);
            position += (int)size + 2;
        }

        // The limit of trailers leaves their line ends' second bytes out.
        var trailers = Trailers().Match(text, position);
        return trailers.Success && trailers.Length - 2 - trailers.Value.Count(static c => c == '\n') + 1 <= 8192 && trailers.Value.Count(static c => c == '\n') <= 101
            ? string.Create(CultureInfo.InvariantCulture, $"ended at {position + trailers.Length}: {data}")
            : null;
    }

    [GeneratedRegex(@"\G(?<size>[0-9A-Fa-f]{1,15})(;(?<extension>[\t\x20-\x7E\x80-\xFF]*))?\r\n", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@"\G([!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7E\x80-\xFF]*\r\n)*\r\n", RegexOptions.ExplicitCapture)]
    private static partial Regex Trailers();
}
