using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace LbCore.Balancing;

/// <summary>Represents what a strategy's parameters are for one cluster. Immutable; any thread.</summary>
public sealed class StrategyArguments
{
    private readonly Dictionary<string, string?> _texts;
    private readonly HashSet<string> _given;

    /// <summary>Creates arguments.</summary>
    /// <param name="parameters">The strategy's parameters.</param>
    /// <param name="texts">What was written, by the parameters' names.</param>
    /// <exception cref="ArgumentException">A text is refused by its parameter, or has none.</exception>
    public StrategyArguments(IEnumerable<StrategyParameter> parameters, IReadOnlyDictionary<string, string> texts)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(texts);
        var known = parameters.ToDictionary(static parameter => parameter.Name, StringComparer.Ordinal);
        _texts = known.ToDictionary(static pair => pair.Key, static pair => pair.Value.Default, StringComparer.Ordinal);
        _given = new HashSet<string>(texts.Keys, StringComparer.Ordinal);
        foreach (var (name, text) in texts)
        {
            var error = known.TryGetValue(name, out var parameter) ? parameter.Check(text) : "there is no such parameter";
            if (error is not null)
            {
                throw new ArgumentException($"{name}: {error}", nameof(texts));
            }

            _texts[name] = text;
        }
    }

    /// <summary>Gets the arguments of a strategy without parameters.</summary>
    public static StrategyArguments None { get; } = new([], new Dictionary<string, string>());

    /// <summary>Returns whether a parameter was written, rather than left to its default.</summary>
    /// <param name="name">The parameter's name.</param>
    public bool IsGiven(string name) => _given.Contains(name);

    /// <summary>Returns a text; null when none was written and there is no default.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public string? Text(string name) => _texts.TryGetValue(name, out var text) ? text
        : throw new ArgumentException($"there is no parameter '{name}'", nameof(name));

    /// <summary>Returns a whole number; null when none was written and there is no default.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    /// <exception cref="FormatException">The parameter is no whole number.</exception>
    public int? Number(string name) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Returns a real number; null when none was written and there is no default.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    /// <exception cref="FormatException">The parameter is no number.</exception>
    public double? Real(string name) => Text(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
}
