using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Linq;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 5: a reset is an error, never the end of the stream. A truncated body must not look complete.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class ResetTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public Task A_pending_read_throws_on_a_reset() => WithPairAsync(async (connection, client) =>
    {
        var pending = connection.Input.ReadAsync().AsTask();
        client.Reset();
        var error = await client.CatchAsync(() => pending);
        Assert.That(error, Is.InstanceOf<ConnectionAbortedException>());
        Assert.That(((ConnectionAbortedException)error!).Reason, Is.EqualTo(CloseReason.PeerReset));
        Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.PeerReset));
    });

    [Test, CancelAfter(30_000)]
    public Task A_read_after_a_reset_throws_every_time() => WithPairAsync(async (connection, client) =>
    {
        client.Reset();
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await client.CatchAsync(() => DrainAsync(connection)), Is.InstanceOf<ConnectionAbortedException>());
        }
    });

    [Test, CancelAfter(30_000)]
    public Task A_read_throws_after_a_send_has_met_the_reset_first() => WithPairAsync(async (connection, client) =>
    {
        client.Reset();
        FlushResult result;
        do
        {
            result = await connection.Output.WriteAsync(new byte[1024]);
        }
        while (!result.IsCompleted);

        Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.PeerReset));
        Assert.That(await client.CatchAsync(() => DrainAsync(connection)), Is.InstanceOf<ConnectionAbortedException>());
    });

    [Test, CancelAfter(30_000)]
    public Task Writing_to_a_peer_that_is_gone_reports_it_and_does_not_throw() => WithPairAsync(async (connection, client) =>
    {
        client.Reset();
        await client.CatchAsync(() => DrainAsync(connection));
        Assert.That((await connection.Output.WriteAsync(new byte[10])).IsCompleted, Is.True);
        Assert.That((await connection.Output.FlushAsync()).IsCompleted, Is.True);
        connection.Output.GetMemory(10);
        connection.Output.Advance(10);
        Assert.That((await connection.Output.FlushAsync()).IsCompleted, Is.True);
    });

    [Test, CancelAfter(30_000)]
    public Task A_blocked_write_ends_when_the_peer_resets() => WithPairAsync(
        async (connection, client) =>
        {
            var pending = connection.Output.WriteAsync(new byte[32 * 1024 * 1024]).AsTask();
            Assert.That(pending.IsCompleted, Is.False);
            client.Reset();
            Assert.That((await pending).IsCompleted, Is.True);
        },
        clientBufferSize: 64 * 1024);

    [Test, CancelAfter(30_000)]
    public async Task Bytes_read_before_a_reset_stay_and_what_follows_is_an_error()
    {
        var (connection, client) = await PairAsync();
        await OnLoopAsync(connection, async () =>
        {
            var loopClient = new LoopClient(client, connection.Loop);
            await loopClient.SendAsync("abc");
            var result = await connection.Input.ReadAtLeastAsync(3);
            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            loopClient.Reset();
            var error = await loopClient.CatchAsync(() => DrainAsync(connection));
            Assert.That(error, Is.InstanceOf<ConnectionAbortedException>(), "the three bytes do not make a whole stream");
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task A_reset_after_the_end_of_the_stream_is_told_while_nobody_reads_or_writes([Values] bool withUnreadBytes)
    {
        var (connection, client) = await PairAsync();
        var told = new ConcurrentQueue<PeerState>();
        await OnLoopAsync(connection, () =>
        {
            connection.OnPeerChanged(_ => told.Enqueue(connection.Peer), null);
            return Task.CompletedTask;
        });
        if (withUnreadBytes)
        {
            await client.WriteAsync("abc"u8.ToArray());
        }

        await client.HalfCloseAsync();
        await Eventually.TrueAsync(() => told.Contains(PeerState.SendClosed), "the end is told");
        Assert.That(told, Has.None.EqualTo(PeerState.Reset));
        client.Reset();
        await Eventually.TrueAsync(() => told.Contains(PeerState.Reset), "the reset is told");
        Assert.That(await Harness.RunAsync(connection.Loop, () => connection.Peer), Is.EqualTo(PeerState.Reset));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_reset_after_the_stream_was_read_to_its_end_is_told_too()
    {
        var (connection, client) = await PairAsync();
        var told = NewSource();
        await client.WriteAsync("abc"u8.ToArray());
        await client.HalfCloseAsync();
        await OnLoopAsync(connection, async () =>
        {
            await DrainAsync(connection);
            connection.OnPeerChanged(
                _ =>
                {
                    if (connection.Peer == PeerState.Reset)
                    {
                        told.TrySetResult();
                    }
                },
                null);
        });
        client.Reset();
        await told.Task.WaitAsync(Token);
    }

    // Urgent data is what poll(2) reports as exceptional, and some take for an error.
    [Test, CancelAfter(30_000)]
    public async Task The_end_of_both_directions_in_order_is_no_reset()
    {
        (bool WithUrgentData, bool Read)[] cases = [(false, false), (false, true), (true, false), (true, true)];
        var ended = new List<TransportConnection>();
        foreach (var (withUrgentData, read) in cases)
        {
            ended.Add(await EndBothDirectionsAsync(withUrgentData, read));
        }

        // Longer than the managed engine's looks are apart, for all of them at once.
        await Eventually.SettlesAsync(() => ended.Sum(connection => (long)StateOf(connection)), TimeSpan.FromMilliseconds(600), Token);
        Assert.That(ended.Select(StateOf), Is.All.EqualTo(PeerState.SendClosed), string.Join(", ", cases));

        PeerState StateOf(TransportConnection connection) => Harness.RunAsync(connection.Loop, () => connection.Peer).GetAwaiter().GetResult();
    }

    [Test, CancelAfter(30_000)]
    public async Task The_first_cause_is_kept()
    {
        var (connection, _) = await PairAsync();
        var cause = new TimeoutException("first");
        await OnLoopAsync(connection, () =>
        {
            connection.Abort(CloseReason.IdleTimeout, cause);
            connection.Abort(CloseReason.Aborted, new InvalidOperationException("second"));
            Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.IdleTimeout));
            Assert.That(connection.CloseException, Is.SameAs(cause));
            return Task.CompletedTask;
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task An_abort_from_another_thread_wakes_both_directions_and_resets_the_peer()
    {
        var (connection, client) = await PairAsync(clientBufferSize: 64 * 1024);
        var both = OnLoopAsync(connection, async () =>
        {
            var loopClient = new LoopClient(client, connection.Loop);
            var reading = connection.Input.ReadAsync().AsTask();
            var writing = connection.Output.WriteAsync(new byte[32 * 1024 * 1024]).AsTask();
            var error = await loopClient.CatchAsync(() => reading);
            Assert.That(error, Is.InstanceOf<ConnectionAbortedException>());
            Assert.That(((ConnectionAbortedException)error!).Reason, Is.EqualTo(CloseReason.Shutdown));
            Assert.That((await writing).IsCompleted, Is.True);
        });
        await Harness.RunAsync(connection.Loop, () => true);
        connection.Abort(CloseReason.Shutdown);
        await both;
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_handler_that_leaves_bytes_unsent_does_not_make_the_stream_look_complete()
    {
        var listener = Harness.Listen(async connection =>
        {
            await ReadExactlyAsync(connection.Input, 1);

            // The write does not complete, and the handler ends.
            _ = connection.Output.WriteAsync(new byte[32 * 1024 * 1024]).AsTask();
        });
        var client = await Harness.ConnectAsync(listener, bufferSize: 64 * 1024);
        await client.WriteAsync(new byte[1]);
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
    }

    private async Task<TransportConnection> EndBothDirectionsAsync(bool withUrgentData, bool read)
    {
        var (connection, client) = await PairAsync();
        if (withUrgentData)
        {
            client.Socket.Send("!"u8, SocketFlags.OutOfBand);
        }

        await client.HalfCloseAsync();
        await OnLoopAsync(connection, async () =>
        {
            if (read)
            {
                await DrainAsync(connection);
            }

            await connection.Output.CompleteAsync();
        });
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.False);
        client.Dispose();
        return connection;
    }
}
