using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>All pools of one load balancer. Each is found from its loop and its backend without a lock, and made when first asked for.</summary>
/// <remarks>
/// A pool hangs on the <see cref="BackendState"/>, so it outlives snapshots as that does. When a snapshot has replaced
/// another, <see cref="OnPublished"/> empties the pools of backends that are gone; connections of theirs that are still
/// in use are closed when they come back. <see cref="StopAsync"/> comes before the loops end.
/// </remarks>
internal sealed class UpstreamPools
{
    private readonly LoopPools[] _loops;
    private readonly PoolLimits _limits;

    /// <param name="loops">All loops of the engine, in the order of their indices.</param>
    /// <param name="limits">The limits of every backend that has none of its own.</param>
    public UpstreamPools(IReadOnlyList<EventLoop> loops, PoolLimits limits)
    {
        _limits = limits.Checked();
        _loops = new LoopPools[loops.Count];
        for (var i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new LoopPools(loops[i]);
        }
    }

    /// <summary>Returns the pool of a loop and a backend. On that loop; allocates the first time only.</summary>
    public UpstreamPool Get(EventLoop loop, BackendState backend) =>
        ((BackendPools?)backend.Pools)?.Find(loop.Index) ?? Create(loop, backend);

    /// <summary>Gives a backend limits of its own, or others than before. Any thread; the loops follow by message.</summary>
    public void SetLimits(BackendState backend, PoolLimits limits) => PoolsOf(backend).SetLimits(limits.Checked());

    /// <summary>
    /// Gives every backend the times of its cluster, and empties the pools of the backends that a new snapshot no longer
    /// has. Any thread, after it was published.
    /// </summary>
    public void OnPublished(TopologySnapshot current, TopologySnapshot replaced)
    {
        var kept = new HashSet<BackendState>();
        foreach (var cluster in current.Clusters.Values)
        {
            foreach (var backend in cluster.Backends.AsSpan())
            {
                kept.Add(backend.State);
                var pools = PoolsOf(backend.State);
                if (pools.Limits.IdleTimeout != cluster.IdleTimeout)
                {
                    pools.SetLimits((pools.Limits with { IdleTimeout = cluster.IdleTimeout }).Checked());
                }
            }
        }

        foreach (var cluster in replaced.Clusters.Values)
        {
            foreach (var backend in cluster.Backends.AsSpan())
            {
                if (!kept.Contains(backend.State))
                {
                    PoolsOf(backend.State).Drop();
                }
            }
        }
    }

    /// <summary>Empties all pools. When the task completes nothing is idle; what comes back later is closed. Any thread.</summary>
    public Task StopAsync() => Task.WhenAll(Array.ConvertAll(_loops, static loop => loop.StopAsync()));

    private UpstreamPool Create(EventLoop loop, BackendState backend)
    {
        var backendPools = PoolsOf(backend);
        var loopPools = _loops[loop.Index];
        var pool = new UpstreamPool(backendPools, loopPools);
        loopPools.Add(pool);
        if (!backendPools.TryAdd(pool))
        {
            pool.Drop();
        }

        return pool;
    }

    private BackendPools PoolsOf(BackendState backend) =>
        (BackendPools)(backend.Pools ?? backend.SetPools(new BackendPools(backend, _loops.Length, _limits)));
}
