using System;
using System.Globalization;

namespace LbCore.Configuration;

/// <summary>Reads and writes durations as users type them: <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>, <c>1d</c>.</summary>
public static class Duration
{
    // Coarsest first, for Format; "ms" stands before "m" and "s" in TryParse by the longest match.
    private static readonly (string Unit, long Milliseconds)[] Units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Reads a duration: a whole number of 0 or more and its unit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration, when the result is true.</param>
    /// <param name="error">What is wrong and how to mend it, when the result is false.</param>
    public static bool TryParse(string text, out TimeSpan duration, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits > 0 && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            foreach (var (unit, milliseconds) in Units)
            {
                if (text.AsSpan(digits).SequenceEqual(unit) && number <= (long)TimeSpan.MaxValue.TotalMilliseconds / milliseconds)
                {
                    duration = TimeSpan.FromMilliseconds(number * milliseconds);
                    error = null;
                    return true;
                }
            }
        }

        duration = default;
        error = digits < 0 && text.Length > 0
            ? $"'{text}' has no unit; write {text}s for seconds, or another unit, such as 500ms or 2m"
            : $"'{text}' is not a duration; write a whole number of 0 or more and its unit, such as 500ms, 5s or 2m";
        return false;
    }

    /// <summary>
    /// Writes a duration the way <see cref="TryParse"/> reads it, in the coarsest unit that loses nothing but parts of a
    /// millisecond. One below a millisecond that is not zero becomes <c>1ms</c>, since zero often means something else.
    /// </summary>
    public static string Format(TimeSpan duration)
    {
        var total = duration.Ticks / TimeSpan.TicksPerMillisecond;
        if (total == 0 && duration > TimeSpan.Zero)
        {
            total = 1;
        }

        foreach (var (unit, milliseconds) in Units)
        {
            if (total != 0 && total % milliseconds == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{total / milliseconds}{unit}");
            }
        }

        return "0s";
    }
}
