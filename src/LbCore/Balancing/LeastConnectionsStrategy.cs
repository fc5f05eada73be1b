using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// The backend with the least in flight for its weight, among all of them, at the moment of the choice. Ties take turns by
/// weight. What nginx calls least_conn and HAProxy leastconn; the evenest when requests or connections differ in length.
/// </summary>
internal sealed class LeastConnectionsStrategy : IBalancingStrategy
{
    public string Name => StrategyNames.LeastConnections;

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
        new LeastConnectionsSelector(set, RoundRobinSchedule.Build(set), previous as LeastConnectionsSelector);
}
