using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// Of two drawn by weight, the one with less in flight for its weight. Nearly as even as the least of all, without looking
/// at all, and instances that know nothing of each other do not rush to the same backend: M. Mitzenmacher, "The power of
/// two choices in randomized load balancing" (1996; IEEE TPDS 2001). As nginx's "random two least_conn".
/// </summary>
internal sealed class PowerOfTwoStrategy : IBalancingStrategy
{
    public string Name => StrategyNames.PowerOfTwo;

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) => new PowerOfTwoSelector(set);
}
