using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace LbCore.Fuzz;

/// <summary>
/// Bytes stand in a corpus one input a line: as \r, \n, \t, \\ and \xHH, and every other character is a byte. Any text
/// means some bytes, since texts are cut and changed at random too.
/// </summary>
internal static class Escapes
{
    public static byte[] ToBytes(string text)
    {
        var bytes = new MemoryStream(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : ' ';
            if (text[i] == '\\' && Plain(next) is { } plain)
            {
                bytes.WriteByte(plain);
                i++;
            }
            else if (text[i] == '\\' && next == 'x' && i + 3 < text.Length
                && byte.TryParse(text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.WriteByte(value);
                i += 3;
            }
            else
            {
                bytes.WriteByte(text[i] > 0xFF ? (byte)'?' : (byte)text[i]);
            }
        }

        return bytes.ToArray();
    }

    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            _ = value switch
            {
                (byte)'\r' => text.Append("\\r"),
                (byte)'\n' => text.Append("\\n"),
                (byte)'\t' => text.Append("\\t"),
                (byte)'\\' => text.Append("\\\\"),
                < 0x20 or > 0x7E => text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}"),
                _ => text.Append((char)value),
            };
        }

        // A space at the end of a line is not seen, and editors take it away.
        return text is [.., ' '] ? text.ToString(0, text.Length - 1) + "\\x20" : text.ToString();
    }

    private static byte? Plain(char escaped) => escaped switch
    {
        'r' => (byte)'\r',
        'n' => (byte)'\n',
        't' => (byte)'\t',
        '\\' => (byte)'\\',
        _ => null,
    };
}
