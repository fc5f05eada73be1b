using System;
using System.Globalization;

namespace LbCore.Balancing;

/// <summary>Reads durations of parameters, written as everywhere in the configuration: a whole number and its unit.</summary>
internal static class DurationText
{
    private static readonly (string Unit, long Milliseconds)[] Units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>Describes a parameter that is a duration.</summary>
    /// <param name="name">The name.</param>
    /// <param name="summary">What it means.</param>
    /// <param name="defaultText">What holds without.</param>
    /// <param name="min">The least that may be written.</param>
    /// <param name="max">The most that may be written.</param>
    public static StrategyParameter Parameter(string name, string summary, string defaultText, string min, string max) =>
        StrategyParameter.Text(name, summary, $"a duration from {min} to {max}", defaultText, text =>
            Find(text) is not { } duration ? $"'{text}' is not a duration; write a whole number and its unit, such as 500ms, 5s or 2m"
            : duration < Parse(min) || duration > Parse(max) ? $"{text} is out of range; use {min} to {max}" : null);

    /// <summary>Returns the duration that a text is, which was checked.</summary>
    public static TimeSpan Parse(string? text) => Find(text) ?? throw new ArgumentException($"'{text}' is not a duration", nameof(text));

    private static TimeSpan? Find(string? text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits > 0 && int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            foreach (var (unit, milliseconds) in Units)
            {
                if (text.AsSpan(digits).SequenceEqual(unit))
                {
                    return TimeSpan.FromMilliseconds(number * milliseconds);
                }
            }
        }

        return null;
    }
}
