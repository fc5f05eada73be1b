using System;
using System.Globalization;
using System.Linq;

namespace LbCore.Balancing;

/// <summary>Describes a parameter of a strategy: what may be written, and what it is without. Immutable; any thread.</summary>
public sealed class StrategyParameter
{
    private readonly Func<string, string?> _check;

    private StrategyParameter(string name, string summary, string form, string? defaultText, Func<string, string?> check)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(summary);
        Name = name;
        Summary = summary;
        Form = form;
        Default = defaultText;
        _check = check;
        if (defaultText is not null && check(defaultText) is { } error)
        {
            throw new ArgumentException($"The default of '{name}' is refused: {error}", nameof(defaultText));
        }
    }

    /// <summary>Gets the name, as in the configuration.</summary>
    public string Name { get; }

    /// <summary>Gets what it means, in a sentence or two.</summary>
    public string Summary { get; }

    /// <summary>Gets what may be written, for people to read.</summary>
    public string Form { get; }

    /// <summary>Gets what holds when it is not written; null when nothing does.</summary>
    public string? Default { get; }

    /// <summary>Describes a parameter that is one of some words.</summary>
    /// <param name="name">The name.</param>
    /// <param name="summary">What it means.</param>
    /// <param name="defaultWord">What holds without; null for nothing.</param>
    /// <param name="words">The words.</param>
    public static StrategyParameter Word(string name, string summary, string? defaultWord, params string[] words)
    {
        var known = words.ToArray();
        return new(name, summary, string.Join(", ", known.Select(static word => $"`{word}`")), defaultWord, text =>
            known.Contains(text, StringComparer.Ordinal) ? null : $"'{text}' is none of its words; use {string.Join(" or ", known)}");
    }

    /// <summary>Describes a parameter that is a whole number.</summary>
    /// <param name="name">The name.</param>
    /// <param name="summary">What it means.</param>
    /// <param name="defaultNumber">What holds without; null for nothing.</param>
    /// <param name="min">The least that may be written.</param>
    /// <param name="max">The most that may be written.</param>
    public static StrategyParameter Number(string name, string summary, int? defaultNumber, int min, int max) =>
        new(name, summary, $"{min} to {max}", defaultNumber?.ToString(CultureInfo.InvariantCulture), text =>
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? $"'{text}' is no whole number; use {min} to {max}"
                : number < min || number > max ? $"{number} is out of range; use {min} to {max}" : null);

    /// <summary>Describes a parameter that is a real number, written with a point.</summary>
    /// <param name="name">The name.</param>
    /// <param name="summary">What it means.</param>
    /// <param name="defaultNumber">What holds without; null for nothing.</param>
    /// <param name="min">The least that may be written.</param>
    /// <param name="max">The most that may be written.</param>
    public static StrategyParameter Real(string name, string summary, double? defaultNumber, double min, double max)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");
        return new(name, summary, range, defaultNumber?.ToString(CultureInfo.InvariantCulture), text =>
            !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                ? $"'{text}' is no number; use {range}"
                : !(number >= min && number <= max) ? $"{text} is out of range; use {range}" : null);
    }

    /// <summary>Describes a parameter that is a text.</summary>
    /// <param name="name">The name.</param>
    /// <param name="summary">What it means.</param>
    /// <param name="form">What may be written, for people to read.</param>
    /// <param name="defaultText">What holds without; null for nothing.</param>
    /// <param name="check">Returns what is wrong with a text, as a sentence with the mend; null when nothing is.</param>
    public static StrategyParameter Text(string name, string summary, string form, string? defaultText, Func<string, string?> check)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(check);
        return new(name, summary, form, defaultText, check);
    }

    /// <summary>Returns what is wrong with a text as the parameter's value, with the mend; null when nothing is.</summary>
    /// <param name="text">The text.</param>
    public string? Check(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _check(text);
    }
}
