using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Transport;
using LbCore.Upstreams;
using NUnit.Framework;

namespace LbCore.Tests.Upstreams;

/// <summary>What one loop keeps and hands out.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
[Parallelizable(ParallelScope.All)]
internal sealed class UpstreamPoolTests(EngineCase engine)
{
    [Test]
    [CancelAfter(30_000)]
    public async Task The_newest_idle_connection_is_rented_first(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var pairs = await harness.FillAsync(harness.Last, 3);
        Assert.That((harness.State.Idle, harness.State.InFlight), Is.EqualTo((3, 0)));

        for (var i = 2; i >= 0; i--)
        {
            Assert.That(await harness.RentAsync(harness.Last), Is.SameAs(pairs[i].Connection));
            Assert.That((harness.State.Idle, harness.State.InFlight), Is.EqualTo((i, 3 - i)));
        }

        Assert.That(await harness.RentAsync(harness.Last), Is.Null);
        foreach (var (connection, _) in pairs)
        {
            await harness.CloseAsync(connection);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_rented_connection_carries_bytes_both_ways(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var (_, peer) = (await harness.FillAsync(harness.Last, 1))[0];
        var connection = (await harness.RentAsync(harness.Last))!;
        await harness.OnLoopAsync(harness.Last, async () => await connection.Output.WriteAsync("ping"u8.ToArray()));
        Assert.That(await peer.ReadExactlyAsync(4), Is.EqualTo("ping"u8.ToArray()));
        await peer.WriteAsync("pong"u8.ToArray());
        await harness.OnLoopAsync(harness.Last, async () =>
        {
            var read = await connection.Input.ReadAtLeastAsync(4);
            connection.Input.AdvanceTo(read.Buffer.End);
            harness.Return(connection);
            return true;
        });
        Assert.That(harness.State.Idle, Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_that_the_backend_ends_goes_at_once([Values] bool reset, CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var pairs = await harness.FillAsync(harness.Last, 3);
        if (reset)
        {
            pairs[1].Peer.Reset();
        }
        else
        {
            pairs[1].Peer.SendFin();
        }

        await Eventually.TrueAsync(() => harness.State.Idle == 2 && harness.OpenConnections == 2, "it is gone, and closed");
        Assert.That(await harness.RentAsync(harness.Last), Is.SameAs(pairs[2].Connection));
        Assert.That(await harness.RentAsync(harness.Last), Is.SameAs(pairs[0].Connection));
        await harness.ReturnAsync(pairs[0].Connection);
        await harness.ReturnAsync(pairs[2].Connection);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_whose_end_the_loop_has_heard_of_is_not_handed_out_even_before_the_callback(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var (connection, peer) = (await harness.FillAsync(harness.Last, 1))[0];
        var looked = new TaskCompletionSource<(int Idle, bool Rented)>(TaskCreationOptions.RunContinuationsAsynchronously);

        // It posts itself each turn, so it stands in the run queue before the callback that the same turn's events add.
        await harness.OnLoopAsync(harness.Last, Look);
        peer.SendFin();

        void Look()
        {
            if (connection.Peer == PeerState.Open)
            {
                harness.Last.Post(_ => Look(), null);
                return;
            }

            var idle = harness.State.Idle;
            looked.SetResult((idle, harness.Rent(harness.Last) is not null));
        }

        Assert.That(await looked.Task.WaitAsync(token), Is.EqualTo((1, false)), "(idle before, rented)");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_with_unread_bytes_is_not_handed_out(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var pairs = await harness.FillAsync(harness.Last, 2);
        await pairs[1].Peer.WriteAsync("unasked for"u8.ToArray());
        await HeardAsync(harness, pairs[1].Connection);
        Assert.That(harness.State.Idle, Is.EqualTo(2));
        Assert.That(await harness.RentAsync(harness.Last), Is.SameAs(pairs[0].Connection));
        Assert.That(pairs[1].Connection.CloseReason, Is.EqualTo(CloseReason.Disposed));
        Assert.That(harness.State.Idle, Is.Zero);
        await harness.ReturnAsync(pairs[0].Connection);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_is_not_at_rest_is_closed_instead_of_kept(
        [Values("unread", "in a read", "unflushed", "half-closed", "ended by the peer", "aborted")] string how, CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token);
        var (connection, peer) = await harness.DialAsync(harness.Last);
        switch (how)
        {
            case "unread" or "in a read":
                await peer.WriteAsync("left over"u8.ToArray());
                await HeardAsync(harness, connection);
                break;
            case "ended by the peer":
                peer.SendFin();
                await Eventually.TrueAsync(() => connection.Peer == PeerState.SendClosed, "the loop hears of it");
                break;
        }

        await harness.OnLoopAsync(harness.Last, () =>
        {
            switch (how)
            {
                case "in a read":
                    Assert.That(connection.Input.TryRead(out _), Is.True);
                    break;
                case "unflushed":
                    connection.Output.GetSpan(1)[0] = 1;
                    connection.Output.Advance(1);
                    break;
                case "half-closed":
                    connection.ShutdownSend();
                    break;
                case "aborted":
                    connection.Abort(CloseReason.Aborted);
                    break;
            }

            harness.Return(connection);
        });
        Assert.That(harness.State.Idle, Is.Zero);
        Assert.That(harness.OpenConnections, Is.Zero);
        Assert.That(await harness.RentAsync(harness.Last), Is.Null);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Above_the_limit_of_its_loop_the_oldest_is_closed(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxIdlePerLoop = 2 });
        var pairs = await harness.FillAsync(harness.Last, 4);
        Assert.That(pairs.Select(pair => pair.Connection.CloseReason), Is.EqualTo(new[]
        {
            CloseReason.Disposed, CloseReason.Disposed, CloseReason.None, CloseReason.None,
        }));
        Assert.That(harness.State.Idle, Is.EqualTo(2));

        // With FIN, not with a reset: the backend has done nothing wrong.
        Assert.That((await pairs[0].Peer.ReadUntilClosedAsync()).IsReset, Is.False);
    }

    [TestCase(0, 8)]
    [TestCase(8, 0)]
    [CancelAfter(30_000)]
    public async Task A_limit_of_zero_keeps_nothing(int perLoop, int total, CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxIdlePerLoop = perLoop, MaxIdle = total });
        await harness.FillAsync(harness.Last, 2);
        Assert.That((harness.State.Idle, harness.OpenConnections), Is.EqualTo((0, 0L)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Above_the_bound_on_all_nothing_is_kept(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxOpen = 2 });
        var pairs = await harness.FillAsync(harness.Last, 4);

        // The first two came back while there were four and three, which the bound does not allow.
        Assert.That(pairs.Select(pair => pair.Connection.CloseReason), Is.EqualTo(new[]
        {
            CloseReason.Disposed, CloseReason.Disposed, CloseReason.None, CloseReason.None,
        }));
    }

    /// <summary>Waits until the loop knows that bytes are there.</summary>
    private static async Task HeardAsync(PoolHarness harness, TransportConnection connection)
    {
        var heard = false;
        while (!heard)
        {
            heard = await harness.OnLoopAsync(connection.Loop, () => !connection.IsAtRest());
        }
    }
}
