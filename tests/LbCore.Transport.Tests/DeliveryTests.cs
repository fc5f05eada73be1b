using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>What is known of bytes on their way, and of a connection's end from this side, while nobody reads or writes.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class DeliveryTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int SmallBuffers = 8 * 1024;
    private const int Sent = 200_000;

    [Test, CancelAfter(30_000), Platform("Linux")]
    public async Task Bytes_count_as_undelivered_until_the_peer_has_taken_them()
    {
        var (connection, client) = await PairAsync(SmallBuffers);
        var sending = OnLoopAsync(connection, async () => await connection.Output.WriteAsync(TestRandom.Bytes(Sent)));
        await Eventually.TrueAsync(() => Undelivered(connection) >= Sent / 2, "what the peer's buffers do not hold is undelivered");

        await client.ReadExactlyAsync(Sent);
        await sending;
        await Eventually.TrueAsync(() => Undelivered(connection) == 0, "all of it has arrived");
    }

    [Test, CancelAfter(30_000)]
    public async Task Bytes_that_were_written_and_not_flushed_are_undelivered() => Assert.That(
        await WithConnectionAsync(connection =>
        {
            connection.Output.GetMemory();
            connection.Output.Advance(123);
            return connection.UndeliveredBytes;
        }),
        Is.EqualTo(123));

    [Test, CancelAfter(30_000)]
    public async Task A_closed_connection_has_nothing_undelivered() => Assert.That(
        await WithConnectionAsync(connection =>
        {
            connection.Output.GetMemory();
            connection.Output.Advance(123);
            connection.Abort(CloseReason.Aborted);
            return connection.UndeliveredBytes;
        }),
        Is.Zero);

    [Test, CancelAfter(30_000)]
    public async Task An_abort_from_this_side_is_told_once_from_the_run_queue()
    {
        var (connection, _) = await PairAsync();
        var seen = new List<CloseReason>();
        var seenInside = await Harness.RunAsync(connection.Loop, () =>
        {
            connection.OnPeerChanged(_ => seen.Add(connection.CloseReason), null);
            connection.Abort(CloseReason.Shutdown);
            connection.Abort(CloseReason.Aborted);
            return seen.Count;
        });
        Assert.That(seenInside, Is.Zero, "told in the frame of the abort");
        await Harness.RunAsync(connection.Loop, () => true);
        Assert.That(seen, Is.EqualTo([CloseReason.Shutdown]));
    }

    [Test, CancelAfter(30_000)]
    public async Task An_abort_that_came_before_the_registration_is_told()
    {
        var (connection, _) = await PairAsync();
        var seen = new List<CloseReason>();
        await Harness.RunAsync(connection.Loop, () =>
        {
            connection.Abort(CloseReason.Shutdown);
            connection.OnPeerChanged(_ => seen.Add(connection.CloseReason), null);
            return true;
        });
        await Harness.RunAsync(connection.Loop, () => true);
        Assert.That(seen, Is.EqualTo([CloseReason.Shutdown]));
    }

    private async Task<long> WithConnectionAsync(Func<TransportConnection, long> look)
    {
        var (connection, _) = await PairAsync();

        // A handshake may still be on its way.
        await Eventually.TrueAsync(() => Undelivered(connection) == 0, "all of it has arrived");
        return await Harness.RunAsync(connection.Loop, () => look(connection));
    }

    private long Undelivered(TransportConnection connection) =>
        Harness.RunAsync(connection.Loop, () => connection.UndeliveredBytes).GetAwaiter().GetResult();
}
