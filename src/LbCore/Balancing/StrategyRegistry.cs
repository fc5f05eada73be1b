using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Balancing;

/// <summary>Finds strategies by the names that configuration uses.</summary>
internal sealed class StrategyRegistry
{
    private readonly FrozenDictionary<string, IBalancingStrategy> _byName;

    public StrategyRegistry(IEnumerable<IBalancingStrategy> strategies)
    {
        IBalancingStrategy[] all = [.. strategies];
        Names = [.. all.Select(static strategy => strategy.Name)];
        _byName = all.ToFrozenDictionary(static strategy => strategy.Name, StringComparer.Ordinal);
    }

    /// <summary>Gets the built-in strategies.</summary>
    public static StrategyRegistry BuiltIn { get; } = new(
    [
        new RoundRobinStrategy(StrategyNames.RoundRobin),
        new RoundRobinStrategy(StrategyNames.WeightedRoundRobin),
    ]);

    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Returns the strategy. The name must have passed validation.</summary>
    public IBalancingStrategy Get(string name) => _byName[name];
}
