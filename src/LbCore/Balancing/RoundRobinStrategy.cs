using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// Smooth weighted round-robin. Exact shares and no bursts, but blind: a slow backend gets as much as a quick one.
/// </summary>
internal sealed class RoundRobinStrategy : IBalancingStrategy
{
    public RoundRobinStrategy(string name) => Name = name;

    public string Name { get; }

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
        new RoundRobinSelector(set, RoundRobinSchedule.Build(set), previous as RoundRobinSelector);
}
