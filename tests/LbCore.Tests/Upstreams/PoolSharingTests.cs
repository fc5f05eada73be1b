using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Transport;
using LbCore.Upstreams;
using NUnit.Framework;

namespace LbCore.Tests.Upstreams;

/// <summary>Contract, point 9: idle connections of one loop never starve another, and the totals are exact.</summary>
[TestFixtureSource(nameof(TwoLoops))]
[Parallelizable(ParallelScope.All)]
internal sealed class PoolSharingTests(EngineCase engine)
{
    private static IEnumerable<TestFixtureData> TwoLoops =>
        EngineMatrix.Bare.Where(static data => ((EngineCase)data.Arguments[0]!).Loops == 2);

    [Test]
    [CancelAfter(30_000)]
    public async Task A_loop_that_needs_a_connection_makes_another_close_an_idle_one(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxOpen = 3 });
        var idle = await harness.FillAsync(harness.First, 3);

        // The other loop dials at once, above the bound, and the bound holds again when the message has run.
        var one = await harness.TakeAsync(harness.Last);
        await Eventually.TrueAsync(() => harness.State.Open == 3 && harness.OpenConnections == 3, "one idle connection is closed for it");
        var two = await harness.TakeAsync(harness.Last);
        var three = await harness.TakeAsync(harness.Last);
        await Eventually.TrueAsync(() => harness.State is { Idle: 0, InFlight: 3 } && harness.OpenConnections == 3, "the others are, too");
        Assert.That(idle.Select(pair => pair.Connection.CloseReason), Is.All.EqualTo(CloseReason.Disposed));

        // What has come into use stays within the bound, so it is kept.
        await harness.ReturnAsync(one);
        await harness.ReturnAsync(two);
        await harness.ReturnAsync(three);
        Assert.That(harness.State.Idle, Is.EqualTo(3));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_oldest_one_is_closed_for_the_other_loop_and_no_more_than_needed(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxOpen = 4 });
        var idle = await harness.FillAsync(harness.First, 4);
        var taken = await harness.TakeAsync(harness.Last);
        await Eventually.TrueAsync(() => harness.State.Open == 4, "within the bound");
        await harness.MessagesRunAsync();
        Assert.That(idle.Select(pair => pair.Connection.CloseReason), Is.EqualTo(new[]
        {
            CloseReason.Disposed, CloseReason.None, CloseReason.None, CloseReason.None,
        }));
        await harness.ReturnAsync(taken);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_one_loop_cannot_close_the_next_one_does(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine with { Loops = 3 }, token, new PoolLimits { MaxOpen = 4 });
        await harness.FillAsync(harness.First, 2);
        await harness.FillAsync(harness.Second, 1);

        // Four at once: one message for all of them, to the loop that has the most.
        await harness.OnLoopAsync(harness.Last, () =>
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.That(harness.Backend.TryReserve(), Is.True);
                Assert.That(harness.PoolOf(harness.Last).TryRent(), Is.Null);
            }
        });
        await Eventually.TrueAsync(() => harness.State.Idle == 0, "both loops have closed what they had");
        for (var i = 0; i < 4; i++)
        {
            harness.State.Release(failed: false);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_loop_gets_places_in_the_total_from_the_one_that_holds_them_all(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxIdle = 8 });
        await harness.FillAsync(harness.First, 8);
        Assert.That(harness.State.Idle, Is.EqualTo(8));

        // Rounds of three requests at once: in the end all three are served from the pool.
        var rounds = 0;
        for (var reused = 0; reused < 3; rounds++)
        {
            Assert.That(rounds, Is.LessThan(10), "still starved");
            reused = harness.CountOf(harness.Last);
            var taken = new[] { await harness.TakeAsync(harness.Last), await harness.TakeAsync(harness.Last), await harness.TakeAsync(harness.Last) };
            foreach (var connection in taken)
            {
                await harness.ReturnAsync(connection);
                Assert.That(harness.State.Idle, Is.LessThanOrEqualTo(8));
            }

            await harness.MessagesRunAsync();
        }

        Assert.That(harness.CountOf(harness.First), Is.GreaterThanOrEqualTo(4), "no more was taken than was asked for");
    }

    [TestCase(4, 256)]
    [TestCase(8, 4)]
    [CancelAfter(30_000)]
    public async Task The_total_shows_no_room_while_the_oldest_one_makes_way(int maxIdle, int maxIdlePerLoop, CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxIdle = maxIdle, MaxIdlePerLoop = maxIdlePerLoop });
        await harness.FillAsync(harness.First, 4);
        var dialled = new List<TransportConnection>();
        for (var i = 0; i < 64; i++)
        {
            dialled.Add((await harness.DialAsync(harness.First)).Connection);
        }

        var least = int.MaxValue;
        var looks = 0;
        var done = false;
        var watching = Task.Run(
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    least = Math.Min(least, harness.State.Idle);
                    Interlocked.Increment(ref looks);
                }
            },
            token);
        await Eventually.TrueAsync(() => Volatile.Read(ref looks) > 0, "somebody watches");
        await harness.OnLoopAsync(harness.First, () => dialled.ForEach(harness.Return));
        Volatile.Write(ref done, true);
        await watching;

        Assert.That((least, harness.State.Idle, harness.CountOf(harness.First)), Is.EqualTo((4, 4, 4)));
        Assert.That(dialled.Count(static connection => connection.CloseReason == CloseReason.None), Is.EqualTo(4), "the newest stay");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_asked_loop_gives_at_most_half_at_once(CancellationToken token)
    {
        await using var harness = new PoolHarness(engine, token, new PoolLimits { MaxIdle = 8 });
        await harness.FillAsync(harness.First, 8);
        await harness.OnLoopAsync(harness.First, () => harness.PoolOf(harness.First).Ask(room: 100));
        await harness.MessagesRunAsync();
        Assert.That(harness.State.Idle, Is.EqualTo(4));

        // There is room already.
        await harness.OnLoopAsync(harness.First, () => harness.PoolOf(harness.First).Ask(room: 2));
        await harness.MessagesRunAsync();
        Assert.That(harness.State.Idle, Is.EqualTo(4));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Totals_are_exact_and_limits_hold_whatever_two_loops_do_at_once(CancellationToken token)
    {
        var random = TestRandom.Create();
        for (var round = 0; round < 8; round++)
        {
            var seed = random.Next();
            var limits = new PoolLimits
            {
                MaxIdlePerLoop = 1 + (seed % 6),
                MaxIdle = 1 + (seed / 6 % 8),
                MaxOpen = seed % 3 == 0 ? int.MaxValue : 4 + (seed / 48 % 8),
            };
            var what = $"seed {seed}, {limits}";
            await using var harness = new PoolHarness(engine, token, limits);
            var loops = new[] { new Worker(harness, harness.First, limits, seed), new Worker(harness, harness.Last, limits, seed + 1) };
            try
            {
                await Task.WhenAll(loops.Select(worker => worker.RunAsync(operations: 150)));
                await harness.MessagesRunAsync();
                await AssertExactAsync(harness, loops, limits, what);
            }
            finally
            {
                // Also after a failure: the harness would only find connections in use, and hide what went wrong.
                foreach (var connection in loops.SelectMany(static worker => worker.Held))
                {
                    await harness.CloseAsync(connection);
                }
            }
        }
    }

    private static async Task AssertExactAsync(PoolHarness harness, Worker[] loops, PoolLimits limits, string what)
    {
        int Counted() => loops.Sum(worker => harness.CountOf(worker.Loop));

        // The end of some peer may still be on its way to a loop.
        await Eventually.HoldsAsync(() => harness.OpenConnections == harness.State.Open && harness.State.Idle == Counted());
        Assert.Multiple(() =>
        {
            Assert.That(loops.SelectMany(static worker => worker.Faults), Is.Empty, what);
            Assert.That(harness.State.InFlight, Is.EqualTo(loops.Sum(static worker => worker.Held.Count)), what);
            Assert.That(harness.State.Idle, Is.EqualTo(Counted()), what);
            Assert.That(harness.OpenConnections, Is.EqualTo(harness.State.Open), what);
            Assert.That(harness.State.Open <= limits.MaxOpen || harness.State.Idle == 0, Is.True, $"{harness.State.Open} open, {what}");
        });
    }

    /// <summary>Takes, gives back and closes at random on one loop, and looks at the limits after each step.</summary>
    private sealed class Worker(PoolHarness harness, EventLoop loop, PoolLimits limits, int seed)
    {
        private readonly Random _random = new(seed);

        public EventLoop Loop => loop;

        public List<TransportConnection> Held { get; } = [];

        public List<string> Faults { get; } = [];

        public async Task RunAsync(int operations)
        {
            for (var i = 0; i < operations; i++)
            {
                await StepAsync(_random.Next(12));
                var idle = harness.State.Idle;
                var here = harness.CountOf(loop);
                if (idle > limits.MaxIdle || idle < 0 || here > limits.MaxIdlePerLoop)
                {
                    Faults.Add($"step {i}: {idle} idle, {here} of them here");
                }
            }
        }

        private async Task StepAsync(int choice)
        {
            if (Held.Count < 6 && choice < 4)
            {
                var taken = await harness.TakeAsync(loop);
                if (Held.Contains(taken))
                {
                    Faults.Add("handed out twice");
                }

                Held.Add(taken);
            }
            else if (choice < 6)
            {
                await harness.OnLoopAsync(loop, Burst);
            }
            else if (choice == 6)
            {
                harness.EndSomePeer(_random);
            }
            else if (Held.Count > 0)
            {
                var connection = Held[_random.Next(Held.Count)];
                Held.Remove(connection);
                await (choice < 11 ? harness.ReturnAsync(connection) : harness.CloseAsync(connection));
            }
        }

        /// <summary>Rents and gives back as fast as it goes, against the other loop.</summary>
        private void Burst()
        {
            for (var i = 0; i < 200; i++)
            {
                if (harness.Rent(loop) is { } connection)
                {
                    harness.Return(connection);
                }
            }
        }
    }
}
