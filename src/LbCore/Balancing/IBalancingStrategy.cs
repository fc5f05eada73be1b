using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>A way to pick a backend, which configuration refers to by name.</summary>
internal interface IBalancingStrategy
{
    string Name { get; }

    /// <summary>Builds the selector for one set. Called off the loops; may take its time.</summary>
    /// <param name="set">The backends to choose from; may be empty.</param>
    /// <param name="previous">The selector that this one replaces, so that its position carries on; null for the first.</param>
    BackendSelector Create(BackendSet set, BackendSelector? previous);
}
