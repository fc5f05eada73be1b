using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 6: FIN is not "gone", and what the peer did is known while nobody reads.</summary>
/// <remarks>
/// "While nobody reads" is tested with a bare FIN, under TLS too: close_notify is unread bytes, and the managed engine
/// notices a FIN behind unread bytes only when they are read.
/// </remarks>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class HalfCloseTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public Task The_other_direction_goes_on_after_the_peers_fin() => WithPairAsync(async (connection, client) =>
    {
        await client.HalfCloseAsync();
        Assert.That(await ReadAllAsync(connection.Input), Is.Empty);
        var answer = TestRandom.Bytes(1024 * 1024);
        var reading = client.Raw.ReadToEndAsync();
        await connection.Output.WriteAsync(answer);
        connection.ShutdownSend();
        Assert.That((await client.BackAsync(reading)).AsSpan().SequenceEqual(answer), Is.True);
    });

    [Test, CancelAfter(30_000)]
    public Task The_other_direction_goes_on_after_our_fin() => WithPairAsync(async (connection, client) =>
    {
        connection.ShutdownSend();
        connection.ShutdownSend();
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.False);
        var bytes = TestRandom.Bytes(1024 * 1024);
        var reading = ReadAllAsync(connection.Input);
        await client.SendAsync(bytes);
        await client.HalfCloseAsync();
        Assert.That((await reading).AsSpan().SequenceEqual(bytes), Is.True);
        Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.None));
    });

    [Test, CancelAfter(30_000)]
    public async Task A_fin_is_told_while_nobody_reads()
    {
        var (connection, client) = await PairAsync();
        var seen = await WatchAsync(connection);
        Assert.That(connection.Peer, Is.EqualTo(PeerState.Open));
        client.SendFin();
        await Eventually.TrueAsync(() => seen.Count == 1, "the FIN is told");
        Assert.That(seen, Is.EqualTo([PeerState.SendClosed]));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_reset_is_told_while_nobody_reads_or_writes()
    {
        var (connection, client) = await PairAsync();
        var seen = await WatchAsync(connection);
        client.Reset();
        await Eventually.TrueAsync(() => seen.Count >= 1, "the reset is told");
        Assert.That(seen[^1], Is.EqualTo(PeerState.Reset));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_fin_and_then_a_reset_are_told_one_after_the_other()
    {
        var (connection, client) = await PairAsync();
        var seen = await WatchAsync(connection);
        client.SendFin();
        await Eventually.TrueAsync(() => seen.Count == 1, "the FIN is told");
        await OnLoopAsync(connection, async () =>
        {
            // Bytes that the client will never read make its end a reset.
            await connection.Output.WriteAsync("abc"u8.ToArray());
        });
        client.Reset();
        await OnLoopAsync(connection, async () =>
        {
            while (!(await connection.Output.WriteAsync("abc"u8.ToArray())).IsCompleted)
            {
                await Task.Yield();
                await connection.Loop.SwitchTo();
            }
        });
        await Eventually.TrueAsync(() => seen.Count == 2, "the reset is told");
        Assert.That(seen, Is.EqualTo([PeerState.SendClosed, PeerState.Reset]));
    }

    [Test, CancelAfter(30_000)]
    public async Task Registering_after_the_fact_tells_it_from_the_run_queue()
    {
        var (connection, client) = await PairAsync();
        client.SendFin();
        await Eventually.TrueAsync(() => connection.Peer == PeerState.SendClosed, "the FIN has come");
        var order = new List<string>();
        var told = NewSource();
        await OnLoopAsync(connection, () =>
        {
            connection.OnPeerChanged(
                state =>
                {
                    order.Add($"told {state}");
                    told.TrySetResult();
                },
                "state");
            order.Add("registered");
            return Task.CompletedTask;
        });
        await told.Task.WaitAsync(Token);
        Assert.That(order, Is.EqualTo(["registered", "told state"]));
    }

    [Test, CancelAfter(30_000)]
    public async Task Nothing_is_told_after_unregistering()
    {
        var (connection, client) = await PairAsync();
        var seen = await WatchAsync(connection);
        await OnLoopAsync(connection, () =>
        {
            connection.OnPeerChanged(null, null);
            return Task.CompletedTask;
        });
        client.SendFin();
        await Eventually.TrueAsync(() => connection.Peer == PeerState.SendClosed, "the FIN has come");
        await Harness.RunAsync(connection.Loop, () => true);
        Assert.That(seen, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_fin_behind_unread_bytes_is_told_at_the_latest_when_they_are_read()
    {
        var (connection, client) = await PairAsync();
        var seen = await WatchAsync(connection);
        await client.WriteAsync("abc"u8.ToArray());
        await client.HalfCloseAsync();
        byte[] bytes = [];
        await OnLoopAsync(connection, async () => bytes = await ReadAllAsync(connection.Input));
        Assert.That(bytes, Is.EqualTo("abc"u8.ToArray()));
        await Eventually.TrueAsync(() => seen.Count == 1, "the FIN is told");
        Assert.That(seen, Is.EqualTo([PeerState.SendClosed]));
    }

    private async Task<List<PeerState>> WatchAsync(TransportConnection connection)
    {
        var seen = new List<PeerState>();
        await OnLoopAsync(connection, () =>
        {
            connection.OnPeerChanged(_ => seen.Add(connection.Peer), null);
            return Task.CompletedTask;
        });
        return seen;
    }
}
