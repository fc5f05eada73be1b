using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Highest random weight. D. Thaler and C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (1998); the weights
/// as C. Schindelhauer and G. Schomaker have them, "Weighted Distributed Hash Tables" (2005). Looks at every backend for each
/// choice: for up to 64 of them.
/// </summary>
internal sealed class RendezvousStrategy : IBalancingStrategy
{
    public string Name => StrategyNames.Rendezvous;

    public IReadOnlyList<StrategyParameter> Parameters => KeyParameters.All;

    public string? Check(StrategyArguments arguments) => KeyParameters.Check(arguments);

    public SelectionKey KeyOf(StrategyArguments arguments) => KeyParameters.KeyOf(arguments);

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
        new RendezvousSelector(set, KeyParameters.HasherOf(arguments));
}
