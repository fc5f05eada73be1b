using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>A connection knows whether it could begin anew.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
public sealed class AtRestTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public Task A_connection_is_at_rest_before_and_after_an_exchange() => WithPairAsync(async (connection, client) =>
    {
        Assert.That(connection.IsAtRest(), Is.True);
        await client.SendAsync("ping");
        var read = await connection.Input.ReadAtLeastAsync(4);
        Assert.That(connection.IsAtRest(), Is.False, "in a read");
        connection.Input.AdvanceTo(read.Buffer.End);
        var pending = connection.Input.ReadAsync();
        Assert.That(connection.IsAtRest(), Is.False, "a read is pending");
        connection.Input.CancelPendingRead();
        Assert.That((await pending).IsCanceled, Is.True);
        connection.Input.AdvanceTo(default);
        connection.Output.GetSpan(1)[0] = 1;
        connection.Output.Advance(1);
        Assert.That(connection.IsAtRest(), Is.False, "unflushed");
        await connection.Output.FlushAsync();
        Assert.That(connection.IsAtRest(), Is.True);
        Assert.That(Harness.Engine.ReadCounters().RentedBuffers, Is.Zero);
    });

    [Test, CancelAfter(30_000)]
    public Task Unread_bytes_are_seen_even_when_the_budget_is_spent_and_stay_there_for_the_next_read() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("unasked for");
        while (!((SocketConnection)connection).Readable)
        {
            await client.BackAsync(Task.Delay(1, Token));
        }

        connection.Loop.OperationsLeft = 0;
        Assert.That(connection.Input.TryRead(out _), Is.False, "the budget is spent");
        Assert.That(connection.HasUnreadBytes(), Is.True);
        Assert.That(connection.IsAtRest(), Is.False);
        var read = await connection.Input.ReadAtLeastAsync(11);
        Assert.That(read.Buffer.Length, Is.EqualTo(11));
        connection.Input.AdvanceTo(read.Buffer.End);
        Assert.That(connection.HasUnreadBytes(), Is.False);
        Assert.That(connection.IsAtRest(), Is.True);
    });

    /// <remarks>
    /// What an idle backend sends before a client sends its next request must not become the response to that. The epoll
    /// loop hears of both in the order in which they came; the managed one hears of each from another thread, and asks.
    /// </remarks>
    [Test, CancelAfter(30_000)]
    public async Task Bytes_that_came_before_those_of_another_connection_are_known_when_these_are_read()
    {
        var (first, firstPeer) = await PairAsync();
        var (second, secondPeer) = await PairAsync();
        await firstPeer.WriteAsync("ping"u8.ToArray());
        await secondPeer.WriteAsync("ping"u8.ToArray());
        await OnLoopAsync(first, async () =>
        {
            await ReadExactlyAsync(first.Input, 4);
            await ReadExactlyAsync(second.Input, 4);
            Assert.That(first.IsAtRest(), Is.True);
            firstPeer.Socket.Send("unasked for"u8);
            if (Case.Engine == EngineKind.Epoll)
            {
                secondPeer.Socket.Send("next"u8);
                await ReadExactlyAsync(second.Input, 4);
            }

            Assert.That(first.IsAtRest(), Is.False);
            await ReadExactlyAsync(first.Input, 11);
        });
    }

    [Test, CancelAfter(30_000)]
    public Task A_connection_that_either_side_has_ended_is_not_at_rest([Values] bool byPeer) => WithPairAsync(async (connection, client) =>
    {
        if (byPeer)
        {
            await client.HalfCloseAsync();
            while (connection.Peer == PeerState.Open)
            {
                await client.BackAsync(Task.Delay(1, Token));
            }
        }
        else
        {
            connection.ShutdownSend();
        }

        Assert.That(connection.IsAtRest(), Is.False);
    });
}
