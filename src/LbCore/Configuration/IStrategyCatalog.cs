using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Knows the strategies that options may name, for the check of options.</summary>
internal interface IStrategyCatalog
{
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Returns what is wrong with the parameters of a strategy that exists.</summary>
    /// <param name="path">Where the options of the strategy stand.</param>
    /// <param name="options">The options.</param>
    IReadOnlyList<ConfigurationError> Check(string path, StrategyOptions options);

    /// <summary>Returns what of a request a strategy chooses by, when only requests have it; null otherwise. After <see cref="Check"/>.</summary>
    string? RequestKeyOf(StrategyOptions options);
}
