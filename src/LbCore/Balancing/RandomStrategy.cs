using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// Chance, by weight. Needs nothing shared between loops or instances, and is less even than taking turns: with n choices
/// of each backend, about the square root of n more or less.
/// </summary>
internal sealed class RandomStrategy : IBalancingStrategy
{
    public string Name => StrategyNames.Random;

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) => new RandomSelector(set);
}
