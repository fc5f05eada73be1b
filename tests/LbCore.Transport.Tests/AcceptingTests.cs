using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 10: what a listener takes in, what it leaves waiting, and how it stops.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class AcceptingTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task At_the_limit_of_connections_arrivals_wait_until_one_ends()
    {
        var listener = Harness.Listen(EchoAsync, options => options with { MaxConnections = 3 });
        var clients = new List<RawClient>();
        for (var i = 0; i < 6; i++)
        {
            clients.Add(await Harness.ConnectAsync(listener));
            await clients[i].WriteAsync("ping"u8.ToArray());
        }

        await Eventually.TrueAsync(() => listener.Connections == 3, "three are served");
        var served = clients.Select(client => client.ReadExactlyAsync(4)).ToArray();
        for (var left = 6; left > 3; left--)
        {
            await Eventually.TrueAsync(() => served.Count(read => read.IsCompletedSuccessfully) >= 7 - left, "another is served");
            Assert.That(listener.Connections, Is.LessThanOrEqualTo(3));
        }

        // Each that ends lets one in. Which one that is depends on the loop; all come in at last.
        var ended = new HashSet<int>();
        while (ended.Count < clients.Count)
        {
            var next = -1;
            await Eventually.TrueAsync(
                () => (next = Enumerable.Range(0, 6).FirstOrDefault(i => served[i].IsCompletedSuccessfully && !ended.Contains(i), -1)) >= 0,
                "somebody else is served");
            Assert.That(listener.Connections, Is.LessThanOrEqualTo(3));
            clients[next].Dispose();
            ended.Add(next);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task At_the_limit_arrivals_stay_in_the_backlog_and_none_is_accepted_to_be_closed()
    {
        Assume.That(Backlog.CanCount, Is.True, "the backlog can be counted on Linux only");
        const int Limit = 2;
        var listener = Harness.Listen(EchoAsync, options => options with { MaxConnections = Limit });
        var served = new Queue<RawClient>();
        for (var i = 0; i < Limit; i++)
        {
            served.Enqueue(await Harness.ConnectAsync(listener));
            await EchoesAsync(served.Last());
        }

        var waiting = new List<RawClient>();
        for (var i = 0; i < 5; i++)
        {
            waiting.Add(await Harness.ConnectAsync(listener));
        }

        while (waiting.Count > 0)
        {
            await Eventually.TrueAsync(() => Backlog.Count(listener.EndPoint) == waiting.Count, $"{waiting.Count} wait in the backlog");
            Assert.That(listener.Connections, Is.EqualTo(Limit));

            // Which of them comes in depends on the loops; the others stay where they are.
            served.Dequeue().Dispose();
            var echoes = waiting.ToDictionary(client => client, EchoesAsync);
            await Eventually.TrueAsync(() => echoes.Values.Any(echo => echo.IsCompleted), "another is served");
            foreach (var (client, echo) in echoes.Where(pair => pair.Value.IsCompleted))
            {
                await echo;
                served.Enqueue(client);
                waiting.Remove(client);
            }
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task Many_short_connections_at_a_limit_of_one_are_served_one_at_a_time_and_all_of_them()
    {
        var open = 0;
        var most = 0;
        var listener = Harness.Listen(
            async connection =>
            {
                most = Math.Max(most, Interlocked.Increment(ref open));
                await EchoAsync(connection);
                Interlocked.Decrement(ref open);
            },
            options => options with { MaxConnections = 1 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 25; i++)
            {
                using var client = await RawClient.ConnectAsync(listener.EndPoint, Token);
                await EchoesAsync(client);
            }
        }));
        Assert.That(most, Is.EqualTo(1));
        Assert.That(Harness.Engine.ReadCounters().Accepted, Is.EqualTo(8 * 25));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_place_that_is_kept_for_the_next_arrival_counts_as_no_connection()
    {
        var listener = Harness.Listen(EchoAsync);
        for (var i = 0; i < 3; i++)
        {
            var client = await Harness.ConnectAsync(listener);
            await EchoesAsync(client);
            Assert.That(listener.Connections, Is.EqualTo(1));
            client.Dispose();
            await Eventually.TrueAsync(() => listener.Connections == 0, "nobody is left");
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Few_connections_are_spread_over_the_loops()
    {
        const int Connections = 64;
        var perLoop = new int[Harness.Engine.Loops.Count];
        var listener = Harness.Listen(connection =>
        {
            Interlocked.Increment(ref perLoop[connection.Loop.Index]);
            return EchoAsync(connection);
        });
        for (var i = 0; i < Connections; i++)
        {
            // Served before the next one comes, or the loops could not know how many each other has.
            await EchoesAsync(await Harness.ConnectAsync(listener));
        }

        Assert.That(perLoop.Max() - perLoop.Min(), Is.LessThanOrEqualTo(8), string.Join(" and ", perLoop));
    }

    [Test, CancelAfter(30_000)]
    public async Task Aborting_a_listeners_connections_leaves_another_listeners_alone()
    {
        var first = Harness.Listen(EchoAsync);
        var second = Harness.Listen(EchoAsync);
        var ended = await Harness.ConnectAsync(first);
        var kept = await Harness.ConnectAsync(second);
        await EchoesAsync(ended);
        await EchoesAsync(kept);
        first.AbortConnections(CloseReason.Shutdown);
        Assert.That((await ended.ReadUntilClosedAsync()).IsReset, Is.True);
        await EchoesAsync(kept);
        await EchoesAsync(await Harness.ConnectAsync(first));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_client_that_is_gone_before_it_is_accepted_does_no_harm()
    {
        var listener = Harness.Listen(EchoAsync);
        using var held = HeldLoops.Hold(Harness.Engine, Token);
        for (var i = 0; i < 10; i++)
        {
            (await Harness.ConnectAsync(listener)).Reset();
        }

        held.Release();
        await EchoesAsync(await Harness.ConnectAsync(listener));
    }

    private static async Task EchoesAsync(RawClient client)
    {
        await client.WriteAsync("ping"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(4), Is.EqualTo("ping"u8.ToArray()));
    }
}
