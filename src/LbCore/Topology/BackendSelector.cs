namespace LbCore.Topology;

/// <summary>
/// Picks a backend of one set. One selector serves all loops at once; the control plane publishes a new one when the set
/// changes.
/// </summary>
/// <remarks>
/// It stands here and not with the strategies, since it is part of what a snapshot publishes and what the data plane reads.
/// </remarks>
internal abstract class BackendSelector
{
    /// <summary>The answer when no backend is left.</summary>
    public const int None = -1;

    protected BackendSelector(BackendSet set) => Set = set;

    public BackendSet Set { get; }

    /// <summary>
    /// Returns the index of a backend with a weight above zero that the context does not exclude, or <see cref="None"/>.
    /// Wait-free: it never blocks, allocates or throws, whichever loops call it at once.
    /// </summary>
    public abstract int Select(in SelectionContext context);
}
