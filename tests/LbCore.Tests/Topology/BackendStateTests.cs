using System;
using System.Linq;
using System.Threading;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Topology;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class BackendStateTests
{
    [Test]
    public void Reservations_and_failures_are_counted()
    {
        var state = new BackendState();
        Assert.That(state.TryReserve(int.MaxValue), Is.True);
        Assert.That(state.TryReserve(int.MaxValue), Is.True);
        state.Release(failed: true);

        Assert.That((state.InFlight, state.Total, state.Failures), Is.EqualTo((1, 2L, 1L)));
    }

    [Test]
    [CancelAfter(60_000)]
    public void The_limit_holds_from_many_threads_at_once()
    {
        const int limit = 3;
        var state = new BackendState();
        var inside = 0;
        var most = 0;
        var threads = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (!state.TryReserve(limit))
                {
                    continue;
                }

                var now = Interlocked.Increment(ref inside);
                int seen;
                while (now > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, seen) != seen)
                {
                }

                Interlocked.Decrement(ref inside);
                state.Release(failed: false);
            }
        })).ToArray();
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.That(most, Is.LessThanOrEqualTo(limit));
        Assert.That(state.InFlight, Is.Zero);
    }
}
