using System;
using System.Linq;
using System.Threading;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Upstreams;

/// <summary>What is idle and what is in use are counted apart, and summed at one moment.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class IdleCountTests
{
    [Test]
    public void The_limit_on_what_is_in_use_does_not_count_what_is_idle()
    {
        var state = new BackendState();
        for (var i = 0; i < 5; i++)
        {
            Assert.That(state.TryAddIdle(maxIdle: 5, maxOpen: int.MaxValue), Is.True);
        }

        Assert.That(state.TryReserve(1), Is.True);
        Assert.That(state.TryReserve(1), Is.False);
        Assert.That((state.InFlight, state.Idle, state.Open), Is.EqualTo((1, 5, 6L)));
    }

    [Test]
    public void One_more_is_refused_above_either_limit()
    {
        var state = new BackendState();
        Assert.That(state.TryReserve(int.MaxValue), Is.True);
        Assert.That(state.TryAddIdle(maxIdle: 0, maxOpen: 9), Is.False);
        Assert.That(state.TryAddIdle(maxIdle: 1, maxOpen: 0), Is.False);
        Assert.That(state.TryAddIdle(maxIdle: 1, maxOpen: 1), Is.True, "it becomes idle before it is released");
        Assert.That(state.TryAddIdle(maxIdle: 1, maxOpen: 9), Is.False);
        state.Release(failed: false);
        state.RemoveIdle();
        Assert.That((state.InFlight, state.Idle, state.Open), Is.EqualTo((0, 0, 0L)));
    }

    [Test]
    [CancelAfter(60_000)]
    public void Many_threads_at_once_keep_within_the_limit_and_lose_nothing()
    {
        const int limit = 3;
        var state = new BackendState();
        var wrong = 0;
        using var start = new Barrier(4);
        var threads = Enumerable.Range(0, start.ParticipantCount).Select(_ => new Thread(() =>
        {
            // Together, and for longer than a thread's turn on the processor: else they run one after the other.
            start.SignalAndWait();
            for (var i = 0; i < 200_000; i++)
            {
                state.TryReserve(int.MaxValue);
                var added = state.TryAddIdle(limit, int.MaxValue);
                state.Release(failed: false);
                wrong |= state.Idle is < 0 or > limit || state.InFlight < 0 ? 1 : 0;
                if (added)
                {
                    state.RemoveIdle();
                }
            }
        })).ToArray();
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.That(wrong, Is.Zero);
        Assert.That((state.InFlight, state.Idle), Is.EqualTo((0, 0)));
    }
}
