using System;
using System.Collections.Generic;

namespace LbCore.Topology;

/// <summary>
/// Picks a backend of one set. One selector serves all loops at once; the control plane publishes a new one when the set
/// changes.
/// </summary>
/// <remarks>
/// It stands here and not with the strategies, since it is part of what a snapshot publishes and what the data plane reads.
/// </remarks>
public abstract class BackendSelector
{
    /// <summary>The answer when no backend is left.</summary>
    public const int None = -1;

    /// <summary>Begins with the set that the selector chooses from.</summary>
    /// <param name="set">The set.</param>
    protected BackendSelector(BackendSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        Set = set;
    }

    /// <summary>Gets the backends to choose from.</summary>
    public BackendSet Set { get; }

    /// <summary>
    /// Returns the index of a backend with a weight above zero that the context does not exclude, or <see cref="None"/> when
    /// there is none such: never while one is left. Wait-free: it never blocks, allocates or throws, whichever loops call it
    /// at once.
    /// </summary>
    /// <param name="context">What the choice is for.</param>
    public abstract int Select(in SelectionContext context);

    /// <summary>
    /// Returns the arithmetic of the choice that <see cref="Select"/> would make, a sentence for each step, for people to
    /// read. Changes nothing; off the hot path, so it may allocate.
    /// </summary>
    /// <param name="context">What the choice is for.</param>
    public virtual IReadOnlyList<string> Explain(in SelectionContext context) => [];
}
