using System;
using System.Collections.Frozen;
using System.Collections.Generic;

namespace LbCore.Topology;

/// <summary>Everything the data plane routes by, immutable, at one moment.</summary>
internal sealed class TopologySnapshot
{
    public TopologySnapshot(IEnumerable<Cluster> clusters) =>
        Clusters = clusters.ToFrozenDictionary(static cluster => cluster.Name, StringComparer.Ordinal);

    public static TopologySnapshot Empty { get; } = new([]);

    public IReadOnlyDictionary<string, Cluster> Clusters { get; }

    /// <summary>Returns the cluster, or null when this snapshot has none of that name.</summary>
    public Cluster? FindCluster(string name) => Clusters.GetValueOrDefault(name);
}
