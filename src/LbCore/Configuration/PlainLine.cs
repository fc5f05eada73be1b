using System.Globalization;
using System.Text;

namespace LbCore.Configuration;

/// <summary>Makes one line that is safe to print of text that somebody else wrote: it cannot forge another line, command a terminal, or fill a log.</summary>
internal static class PlainLine
{
    private const int MostCharacters = 1000;

    public static string Of(string text)
    {
        var isCut = text.Length > MostCharacters;
        var kept = isCut ? text[..MostCharacters] : text;
        var line = new StringBuilder(kept.Length);
        foreach (var c in kept)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                line.Append(c);
            }
        }

        return isCut ? line.Append('…').ToString() : line.ToString();
    }
}
