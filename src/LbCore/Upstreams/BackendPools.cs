using System.Threading;
using LbCore.Topology;

namespace LbCore.Upstreams;

/// <summary>The pools of one backend, by the index of their loop. Kept in its <see cref="BackendState"/>, which outlives snapshots. Any thread.</summary>
internal sealed class BackendPools
{
    private readonly UpstreamPool?[] _pools;
    private PoolLimits _limits;
    private int _dropped;

    public BackendPools(BackendState state, int loops, PoolLimits limits)
    {
        State = state;
        _pools = new UpstreamPool?[loops];
        _limits = limits;
    }

    public BackendState State { get; }

    public PoolLimits Limits => Volatile.Read(ref _limits);

    public bool IsDropped => Volatile.Read(ref _dropped) != 0;

    public UpstreamPool? Find(int loop) => Volatile.Read(ref _pools[loop]);

    /// <summary>Adds the pool of a loop, on that loop.</summary>
    /// <returns>False when the backend is gone: the pool must keep nothing.</returns>
    public bool TryAdd(UpstreamPool pool)
    {
        // A fence between this write and that read, as in Drop: either Drop finds the pool or this finds it dropped.
        Interlocked.Exchange(ref _pools[pool.Loop.Index], pool);
        return !IsDropped;
    }

    /// <summary>Sets the limits; what is above them is closed by message.</summary>
    public void SetLimits(PoolLimits limits)
    {
        Interlocked.Exchange(ref _limits, limits);
        for (var i = 0; i < _pools.Length; i++)
        {
            Find(i)?.Ask(room: 0);
        }
    }

    /// <summary>Empties every pool, by message, and keeps nothing from now on.</summary>
    public void Drop()
    {
        Interlocked.Exchange(ref _dropped, 1);
        for (var i = 0; i < _pools.Length; i++)
        {
            if (Find(i) is { } pool)
            {
                pool.Loop.Post(static state => ((UpstreamPool)state!).Drop(), pool);
            }
        }
    }

    /// <summary>Returns the other pool that has the most idle connections, or null when no other has any.</summary>
    public UpstreamPool? Richest(UpstreamPool except)
    {
        UpstreamPool? richest = null;
        var most = 0;
        for (var i = 0; i < _pools.Length; i++)
        {
            if (Find(i) is { } pool && !ReferenceEquals(pool, except) && pool.Count > most)
            {
                richest = pool;
                most = pool.Count;
            }
        }

        return richest;
    }
}
