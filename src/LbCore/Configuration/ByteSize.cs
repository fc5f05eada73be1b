using System.Globalization;

namespace LbCore.Configuration;

/// <summary>Reads and writes numbers of bytes as users type them: <c>512B</c>, <c>32KiB</c>, <c>1MiB</c>, <c>1GiB</c>.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units = [("GiB", 1024 * 1024 * 1024), ("MiB", 1024 * 1024), ("KiB", 1024), ("B", 1)];

    /// <summary>Reads a size.</summary>
    /// <param name="text">The text.</param>
    /// <param name="below">What it must be below.</param>
    /// <param name="size">The number of bytes, when the result is true.</param>
    /// <param name="error">What is wrong and how to mend it, when the result is false.</param>
    public static bool TryParse(string text, long below, out long size, out string? error)
    {
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        if (digits > 0 && long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            foreach (var (unit, bytes) in Units)
            {
                if (text[digits..] == unit && number <= (below - 1) / bytes)
                {
                    size = number * bytes;
                    error = null;
                    return true;
                }
            }
        }

        size = 0;
        error = digits == text.Length && digits > 0
            ? $"'{text}' has no unit; write {text}B for bytes, or another unit, such as 32KiB or 1MiB"
            : $"'{text}' is not a size; write a whole number and its unit, such as 512B, 32KiB or 1MiB, less than {Format(below)}";
        return false;
    }

    /// <summary>Writes a size in the coarsest unit that loses nothing.</summary>
    public static string Format(long size)
    {
        foreach (var (unit, bytes) in Units)
        {
            if (size != 0 && size % bytes == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{size / bytes}{unit}");
            }
        }

        return "0B";
    }
}
