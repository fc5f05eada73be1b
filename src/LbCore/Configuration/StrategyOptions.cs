using System;
using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Describes how a backend is picked: a strategy's name and its parameters.</summary>
public sealed class StrategyOptions
{
    /// <summary>Gets or sets the strategy's name. Default <c>round-robin</c>.</summary>
    public string Type { get; set; } = "round-robin";

    /// <summary>Gets the parameters by their names, as texts: <c>"1.5"</c>. What is not set has the strategy's default.</summary>
    public IDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets how the parameters' names compare, as they were read from where names ignore case.</summary>
    internal StringComparison NameComparison { get; set; } = StringComparison.Ordinal;

    /// <summary>Makes options of a strategy's name alone.</summary>
    /// <param name="type">The name.</param>
    public static implicit operator StrategyOptions(string type) => FromString(type);

    /// <summary>Makes options of a strategy's name alone.</summary>
    /// <param name="type">The name.</param>
    public static StrategyOptions FromString(string type) => new() { Type = type };
}
