using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Upstreams;

/// <summary>What ends idle connections: time, the backend's removal, the balancer's stop.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
[Parallelizable(ParallelScope.All)]
internal sealed class UpstreamPoolLifeTests(EngineCase engine)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    [Test]
    [CancelAfter(30_000)]
    public async Task Idle_connections_are_closed_when_their_time_is_up_the_oldest_first(CancellationToken token)
    {
        var time = new FakeTimeProvider();
        await using var harness = new PoolHarness(engine, token, new PoolLimits { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        var pairs = new[] { await harness.DialAsync(harness.Last), await harness.DialAsync(harness.Last) };
        await harness.ReturnAsync(pairs[0].Connection);
        await AdvanceAsync(harness, time, TimeSpan.FromSeconds(6));
        await harness.ReturnAsync(pairs[1].Connection);
        await AdvanceAsync(harness, time, TimeSpan.FromSeconds(4) - Tick);
        Assert.That(harness.State.Idle, Is.EqualTo(2), "not early");

        await AdvanceAsync(harness, time, Tick * 2);
        Assert.That(pairs.Select(pair => pair.Connection.CloseReason), Is.EqualTo(new[] { CloseReason.Disposed, CloseReason.None }));
        await AdvanceAsync(harness, time, TimeSpan.FromSeconds(6) + Tick);
        Assert.That(harness.State.Idle, Is.Zero);
        Assert.That(await harness.OnLoopAsync(harness.Last, () => harness.PoolOf(harness.Last).IsScheduled), Is.False, "no timer without need");

        // And again.
        await harness.FillAsync(harness.Last, 1);
        await AdvanceAsync(harness, time, TimeSpan.FromSeconds(10) + Tick);
        Assert.That(harness.State.Idle, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Time_in_use_does_not_count(CancellationToken token)
    {
        var time = new FakeTimeProvider();
        await using var harness = new PoolHarness(engine, token, new PoolLimits { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        await harness.FillAsync(harness.Last, 1);
        for (var i = 0; i < 5; i++)
        {
            await AdvanceAsync(harness, time, TimeSpan.FromSeconds(9));
            var connection = await harness.RentAsync(harness.Last);
            await AdvanceAsync(harness, time, TimeSpan.FromSeconds(9));
            await harness.ReturnAsync(connection!);
        }

        Assert.That(harness.State.Idle, Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task New_limits_hold_for_what_is_idle_already(CancellationToken token)
    {
        var time = new FakeTimeProvider();
        await using var harness = new PoolHarness(engine, token, time: time);
        await harness.FillAsync(harness.First, 3);
        await harness.FillAsync(harness.Last, 3);
        harness.Pools.SetLimits(harness.State, new PoolLimits { MaxIdle = 2 });
        await harness.MessagesRunAsync();
        Assert.That(harness.State.Idle, Is.EqualTo(2));

        harness.Pools.SetLimits(harness.State, new PoolLimits { IdleTimeout = TimeSpan.FromSeconds(1) });
        await harness.MessagesRunAsync();
        await AdvanceAsync(harness, time, TimeSpan.FromSeconds(1) + Tick);
        Assert.That(harness.State.Idle, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_a_new_snapshot_does_not_have_is_kept_nothing_of_on_any_loop(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var other = harness.NewBackend();
        await harness.FillAsync(harness.First, 2);
        await harness.FillAsync(harness.Last, 2);
        var (inUse, _) = await harness.DialAsync(harness.Last);
        var both = Snapshot(harness.Backend, other);
        harness.Pools.OnPublished(both, TopologySnapshot.Empty);
        harness.Pools.OnPublished(Snapshot(harness.Backend), both);
        await harness.MessagesRunAsync();
        Assert.That(harness.State.Idle, Is.EqualTo(4), "this one stays");

        harness.Pools.OnPublished(Snapshot(other), both);
        await Eventually.TrueAsync(() => harness.State.Idle == 0 && harness.OpenConnections == 1, "all that is idle is closed");
        await harness.ReturnAsync(inUse);
        Assert.That((harness.State.Idle, harness.OpenConnections), Is.EqualTo((0, 0L)), "what comes back later is closed, too");

        // A pool that a late request makes after that keeps nothing either.
        await harness.OnLoopAsync(harness.Last, () => Assert.That(harness.Pools.Get(harness.Last, other.State).TryRent(), Is.Null));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_goes_before_its_first_connection_comes_back_is_kept_nothing_of(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        harness.Pools.OnPublished(TopologySnapshot.Empty, Snapshot(harness.Backend));
        await harness.FillAsync(harness.Last, 1);
        Assert.That((harness.State.Idle, harness.OpenConnections), Is.EqualTo((0, 0L)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Stopping_closes_what_is_idle_and_what_comes_back_later(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        await harness.FillAsync(harness.First, 2);
        await harness.FillAsync(harness.Last, 2);
        var (inUse, peer) = await harness.DialAsync(harness.Last);
        await harness.Pools.StopAsync();
        Assert.That((harness.State.Idle, harness.OpenConnections), Is.EqualTo((0, 1L)));
        await harness.ReturnAsync(inUse);
        Assert.That((harness.State.Idle, harness.OpenConnections), Is.EqualTo((0, 0L)));
        Assert.That((await peer.ReadUntilClosedAsync()).IsReset, Is.False);

        // A pool that is made after the stop, for a backend not met before.
        var late = harness.NewBackend();
        var (connection, _) = await harness.DialAsync(harness.First);
        await harness.OnLoopAsync(harness.First, () =>
        {
            harness.Pools.Get(harness.First, late.State).Return(connection);
            harness.State.Release(failed: false);
        });
        Assert.That(harness.OpenConnections, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Loops_that_end_under_idle_connections_leave_no_socket_open(CancellationToken token)
    {
        await using var transport = new TransportHarness(engine, token);
        using var listener = new RawListener(token);
        var pools = new UpstreamPools(transport.Engine.Loops, PoolLimits.Default);
        var state = new BackendState();
        var loop = transport.Engine.Loops[^1];
        await transport.RunAsync(loop, async () =>
            pools.Get(loop, state).Return(await transport.DialAsync(loop, listener.EndPoint)));
        using var peer = await listener.AcceptAsync();
        Assert.That(state.Idle, Is.EqualTo(1));

        await transport.Engine.DisposeAsync();
        await pools.StopAsync().WaitAsync(token);
        Assert.That(transport.Engine.ReadCounters().OpenConnections, Is.Zero);
        Assert.That((await peer.ReadUntilClosedAsync()).Bytes, Is.Empty);
    }

    private static TopologySnapshot Snapshot(params Backend[] backends)
    {
        var set = new BackendSet(backends);
        return new TopologySnapshot([new Cluster { Name = "app", Backends = set, Selector = new NoSelector(set) }]);
    }

    // A loop that sleeps does not hear a fake clock: a message wakes it, and the next ones come after that turn's timers.
    private static Task AdvanceAsync(PoolHarness harness, FakeTimeProvider time, TimeSpan by)
    {
        time.Advance(by);
        return harness.MessagesRunAsync();
    }

    private sealed class NoSelector(BackendSet set) : BackendSelector(set)
    {
        public override int Select(in SelectionContext context) => None;
    }
}
