using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>The pools of one loop, for the loop's end. For its thread, except <see cref="StopAsync"/>.</summary>
internal sealed class LoopPools
{
    private readonly List<UpstreamPool> _pools = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopping;

    public LoopPools(EventLoop loop) => Loop = loop;

    public EventLoop Loop { get; }

    public void Add(UpstreamPool pool)
    {
        Debug.Assert(Loop.InLoop, "Pools of a loop belong to it.");
        _pools.Add(pool);
        if (_stopping)
        {
            pool.Close();
        }
    }

    public void Remove(UpstreamPool pool) => _pools.Remove(pool);

    /// <summary>Empties all of them and keeps nothing from now on. Any thread.</summary>
    public Task StopAsync()
    {
        if (!Loop.Post(static state => ((LoopPools)state!).Stop(), this))
        {
            // The loop has ended, and its connections with it.
            _stopped.TrySetResult();
        }

        return _stopped.Task;
    }

    private void Stop()
    {
        _stopping = true;
        foreach (var pool in _pools)
        {
            pool.Close();
        }

        _stopped.TrySetResult();
    }
}
