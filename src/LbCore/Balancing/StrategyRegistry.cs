using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;
using LbCore.Balancing.Hashing;

namespace LbCore.Balancing;

/// <summary>Finds strategies by the names that configuration uses.</summary>
internal sealed class StrategyRegistry
{
    private const int MaxNameLength = 64;

    private readonly FrozenDictionary<string, IBalancingStrategy> _byName;

    /// <exception cref="ArgumentException">Two strategies have the same name, or one has none that could be written.</exception>
    public StrategyRegistry(IEnumerable<IBalancingStrategy> strategies)
    {
        IBalancingStrategy[] all = [.. strategies];
        Names = [.. all.Select(static strategy => strategy.Name)];
        if (Array.Find(all, static strategy => !CanBeWritten(strategy.Name)) is { } nameless)
        {
            throw new ArgumentException(
                $"The name '{nameless.Name}' of the strategy {nameless.GetType()} cannot be written; use 1 to {MaxNameLength} letters, digits, '-', '_' or '.'", nameof(strategies));
        }

        if (Array.Find(all, static strategy => strategy.Parameters.Any(static parameter => parameter.Name == "type")) is { } typed)
        {
            throw new ArgumentException($"The strategy '{typed.Name}' has a parameter 'type', which is where its name stands; give it another name", nameof(strategies));
        }

        if (Names.GroupBy(static name => name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two strategies have the name '{twice.Key}'; give each its own", nameof(strategies));
        }

        _byName = all.ToFrozenDictionary(static strategy => strategy.Name, StringComparer.Ordinal);
    }

    /// <summary>Gets the built-in strategies.</summary>
    public static StrategyRegistry BuiltIn { get; } = new(CreateBuiltIn());

    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Returns the built-in strategies and others beside them.</summary>
    /// <exception cref="ArgumentException">Two of them have the same name, or one has none that could be written.</exception>
    public static StrategyRegistry With(IReadOnlyCollection<IBalancingStrategy> others) =>
        others.Count == 0 ? BuiltIn : new StrategyRegistry([.. CreateBuiltIn(), .. others]);

    /// <summary>Returns the strategy. The name must have passed validation.</summary>
    public IBalancingStrategy Get(string name) => _byName[name];

    private static bool CanBeWritten(string? name) =>
        name is { Length: > 0 and <= MaxNameLength } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static IBalancingStrategy[] CreateBuiltIn() =>
    [
        new RoundRobinStrategy(StrategyNames.RoundRobin),
        new RoundRobinStrategy(StrategyNames.WeightedRoundRobin),
        new RandomStrategy(),
        new PowerOfTwoStrategy(),
        new LeastConnectionsStrategy(),
        new LeastTimeStrategy(),
        new IpHashStrategy(),
        new ConsistentHashStrategy(),
        new RendezvousStrategy(),
        new MaglevStrategy(),
    ];
}
