using System.Collections.Generic;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>A strategy with its parameters, under the name that a picture has for it.</summary>
/// <param name="Label">The name in the picture.</param>
/// <param name="Name">The name in the configuration.</param>
/// <param name="Parameters">What is written beside it.</param>
internal sealed record PicturedStrategy(string Label, string Name, params IReadOnlyList<(string Name, string Text)> Parameters)
{
    public static PicturedStrategy RoundRobin { get; } = new(StrategyNames.RoundRobin, StrategyNames.RoundRobin);

    public static PicturedStrategy Random { get; } = new(StrategyNames.Random, StrategyNames.Random);

    public static PicturedStrategy PowerOfTwo { get; } = new(StrategyNames.PowerOfTwo, StrategyNames.PowerOfTwo);

    public static PicturedStrategy LeastConnections { get; } = new(StrategyNames.LeastConnections, StrategyNames.LeastConnections);

    public static PicturedStrategy LeastTime { get; } = new(StrategyNames.LeastTime, StrategyNames.LeastTime);

    public static PicturedStrategy IpHash { get; } = new(StrategyNames.IpHash, StrategyNames.IpHash);

    public static PicturedStrategy NginxIpHash { get; } = new("ip-hash, mode nginx", StrategyNames.IpHash, ("mode", "nginx"));

    public static PicturedStrategy ConsistentHash { get; } = new(StrategyNames.ConsistentHash, StrategyNames.ConsistentHash);

    public static PicturedStrategy Rendezvous { get; } = new(StrategyNames.Rendezvous, StrategyNames.Rendezvous);

    public static PicturedStrategy Maglev { get; } = new(StrategyNames.Maglev, StrategyNames.Maglev);

    public BackendSelector Create(BackendSet set)
    {
        var strategy = StrategyRegistry.BuiltIn.Get(Name);
        var texts = new Dictionary<string, string>();
        foreach (var (name, text) in Parameters)
        {
            texts[name] = text;
        }

        return strategy.Create(set, new StrategyArguments(strategy.Parameters, texts), previous: null);
    }

    /// <summary>Lets a selector choose for a request with nothing excluded, at a moment of simulated time.</summary>
    public static int Select(BackendSelector selector, RandomSource random, in SelectionInput input, double milliseconds)
    {
        var none = default(ExclusionSet);
        var context = new SelectionContext(in none, random, in input);

        // The one selector that looks at the clock lets its caller say what it shows.
        return selector is LeastTimeSelector leastTime
            ? leastTime.Select(in context, (long)milliseconds)
            : selector.Select(in context);
    }
}
