using System;
using System.Linq;
using System.Net;
using System.Threading;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Topology;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class InFlightTableTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(1000)]
    [TestCase(10_000)]
    public void What_is_in_flight_is_counted_in_the_backends_own_counter(int count)
    {
        var states = Create(new InFlightTable(), count);
        for (var i = 0; i < count; i++)
        {
            for (var n = 0; n <= i % 3; n++)
            {
                states[i].TryReserve(int.MaxValue);
            }
        }

        Assert.That(states.Select(CounterOf), Is.EqualTo(states.Select(static state => state.InFlight)));
        Assert.That(InFlightView.Of(SetOf(states)).Total(), Is.EqualTo(states.Sum(static state => state.InFlight)));
        Assert.That(states.Select(static state => (state.Chunk, state.Slot)).Distinct().Count(), Is.EqualTo(count));
    }

    [Test]
    public void A_backend_that_is_full_is_not_counted()
    {
        var state = Create(new InFlightTable(), 1)[0];
        Assert.That(state.TryReserve(1), Is.True);
        Assert.That(state.TryReserve(1), Is.False);
        Assert.That(CounterOf(state), Is.EqualTo(1));
    }

    [Test]
    public void A_backend_without_a_cluster_counts_for_itself()
    {
        var states = new[] { new BackendState(), new BackendState() };
        states[0].TryReserve(int.MaxValue);

        Assert.That(states.Select(CounterOf), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(InFlightView.Of(SetOf(states)).Total(), Is.EqualTo(1));
    }

    [Test]
    public void Counters_stay_where_they_are_when_the_table_grows()
    {
        var table = new InFlightTable();
        var first = Create(table, 2);
        first[1].TryReserve(int.MaxValue);
        var set = SetOf(first);
        table.Begin(set, 40);
        var more = Enumerable.Range(0, 40).Select(_ => table.CreateState()).ToArray();

        Assert.That(CounterOf(first[1]), Is.EqualTo(1));
        Assert.That(more.Concat(first).Select(static state => (state.Chunk, state.Slot)), Is.Unique);
    }

    [Test]
    public void A_cluster_that_grows_one_by_one_has_few_chunks()
    {
        var table = new InFlightTable();
        var states = Enumerable.Range(0, 10_000).Select(i =>
        {
            table.Begin(current: null, i + 1);
            return table.CreateState();
        }).ToArray();

        Assert.That(InFlightView.Of(SetOf(states)).Chunks.Length, Is.LessThanOrEqualTo(12));
        Assert.That(table.Capacity, Is.LessThan(20_200));
    }

    [Test]
    public void Changes_are_counted_only_where_there_are_many_backends()
    {
        var few = Create(new InFlightTable(), 256)[0];
        var many = Create(new InFlightTable(), 257)[70];
        few.TryReserve(int.MaxValue);
        many.TryReserve(int.MaxValue);
        many.Release(failed: false);

        Assert.That(few.Chunk.Changes, Is.Null);
        Assert.That(many.Chunk.Changes!.Take(3), Is.EqualTo(new[] { 0, 2, 0 }));
    }

    [Test]
    public void The_counter_of_a_removed_backend_is_given_away_only_when_no_loop_can_choose_it_any_more()
    {
        var table = new InFlightTable();
        var states = Create(table, 16);
        var removed = states[3];
        BackendState[] kept = [.. states.Where(state => state != removed)];
        var sets = new[] { SetOf(states), SetOf(kept), SetOf(kept), SetOf(kept) };

        // The set that it is in is in force; then it is the one before.
        Assert.That(IsGivenAway(table, sets[0], removed), Is.False);
        Assert.That(IsGivenAway(table, sets[1], removed), Is.False);

        // A reload that failed is no change.
        Assert.That(IsGivenAway(table, sets[1], removed), Is.False);
        Assert.That(IsGivenAway(table, sets[2], removed), Is.True);
    }

    [Test]
    public void The_counter_of_a_removed_backend_is_not_given_away_while_something_is_in_flight()
    {
        var table = new InFlightTable();
        var states = Create(table, 16);
        states[3].TryReserve(int.MaxValue);
        BackendState[] kept = [.. states.Where(state => state != states[3])];
        Assert.That(IsGivenAway(table, SetOf(states), states[3]), Is.False);
        for (var i = 0; i < 4; i++)
        {
            Assert.That(IsGivenAway(table, SetOf(kept), states[3]), Is.False);
        }

        states[3].Release(failed: false);
        Assert.That(IsGivenAway(table, SetOf(kept), states[3]), Is.True);
    }

    [Test]
    public void A_cluster_whose_backends_change_for_ever_does_not_grow()
    {
        var table = new InFlightTable();
        var set = SetOf(Create(table, 16));
        for (var i = 0; i < 100; i++)
        {
            table.Begin(set, 16);
            set = SetOf([.. Enumerable.Range(0, 16).Select(_ => table.CreateState())]);
        }

        Assert.That(table.Capacity, Is.LessThanOrEqualTo(16 * 9));
    }

    [Test]
    [CancelAfter(60_000)]
    public void Counters_end_at_zero_after_many_threads()
    {
        var states = Create(new InFlightTable(), 1100);
        var threads = Enumerable.Range(0, 6).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var state = states[(i * (number + 1)) % 20];
                if (state.TryReserve(3))
                {
                    state.Release(failed: false);
                }
            }
        })).ToArray();
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.That(states.Select(CounterOf), Is.All.Zero);
        Assert.That(InFlightView.Of(SetOf(states)).Total(), Is.Zero);
    }

    private static int CounterOf(BackendState state) => state.Chunk.Counters[state.Slot];

    private static BackendState[] Create(InFlightTable table, int count)
    {
        table.Begin(current: null, count);
        return [.. Enumerable.Range(0, count).Select(_ => table.CreateState())];
    }

    private static BackendSet SetOf(BackendState[] states) =>
        new([.. states.Select(static (state, index) => new Backend($"b{index}", new IPEndPoint(IPAddress.Loopback, 1), 1, state))]);

    private static bool IsGivenAway(InFlightTable table, BackendSet current, BackendState removed)
    {
        table.Begin(current, current.Count + 1);
        var state = table.CreateState();
        return state.Chunk == removed.Chunk && state.Slot == removed.Slot;
    }
}
