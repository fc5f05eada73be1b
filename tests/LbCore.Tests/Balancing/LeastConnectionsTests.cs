using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using CsCheck;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LeastConnectionsTests
{
    private static readonly Gen<int> AnyWeight = Gen.Frequency((3, Gen.Int[0, 4]), (2, Gen.Int[0, 256]));

    private static BackendSelector Create(params int[] weights) => Create(TestSets.Of(weights));

    private static BackendSelector Create(BackendSet set, BackendSelector? previous = null) =>
        new LeastConnectionsStrategy().Create(set, StrategyArguments.None, previous);

    [Test]
    public void The_least_in_flight_for_its_weight_is_chosen_by_exact_arithmetic() =>
        Gen.Select(AnyWeight.Array[1, 40], Gen.Int[0, 1000].Array[400]).Sample((weights, steps) =>
            AssertExact(Create(weights), steps));

    [Test]
    public void It_is_chosen_exactly_among_thousands_too() =>
        Gen.Select(AnyWeight.Array[1025, 3000], Gen.Int[0, 1000].Array[200]).Sample((weights, steps) =>
            AssertExact(Create(weights), steps), iter: 20);

    [Test]
    public void Backends_of_many_tables_are_scanned_as_well() => Gen.Select(AnyWeight.Array[1, 40], Gen.Int[0, 1000].Array[100]).Sample((weights, steps) =>
    {
        var set = TestSets.Of(weights);
        AssertExact(Create(new BackendSet([.. set.AsSpan().ToArray().Select(static (backend, i) =>
            i % 3 == 0 ? new Backend(backend.Name, backend.EndPoint, backend.Weight, new BackendState()) : backend)])), steps);
    });

    [Test]
    public void Neighbouring_fractions_are_told_apart_and_equal_ones_are_not() =>
        Gen.Select(Gen.Int[1, 256], Gen.Int[1, 256], Gen.Int[0, 8000]).Sample((first, second, load) =>
        {
            // The fractions of the second next to the first's.
            var near = (int)((long)load * second / first);
            foreach (var other in new[] { near, near + 1 })
            {
                var exact = ((long)load * second).CompareTo((long)other * first);
                var loads = new[] { LoadOf(load, first), LoadOf(other, second) };
                var bound = LoadScan.BoundOf(loads.Min());
                Assert.That((loads[0] <= bound, loads[1] <= bound), Is.EqualTo((exact <= 0, exact >= 0)), $"{load}/{first} and {other}/{second}");
            }
        }, iter: 20_000);

    [TestCase(2)]
    [TestCase(7)]
    [TestCase(1000)]
    [TestCase(3000)]
    public void Equal_backends_that_tie_take_turns_exactly(int count)
    {
        var selector = Create([.. Enumerable.Repeat(3, count)]);
        for (var round = 0; round < 2; round++)
        {
            Assert.That(Take(selector, count), Is.EqualTo(Enumerable.Range(0, count)));
        }
    }

    [TestCase(100)]
    [TestCase(2000)]
    public void Few_that_tie_among_many_take_turns_exactly(int count)
    {
        var selector = Create([.. Enumerable.Repeat(1, count)]);
        int[] ties = [3, 50, count - 2];
        for (var i = 0; i < count; i++)
        {
            selector.Set[i].Load(ties.Contains(i) ? 1 : 2);
        }

        Assert.That(Take(selector, 9), Is.EqualTo(new[] { ties, ties, ties }.SelectMany(static x => x)));
    }

    [Test]
    public void An_idle_cluster_is_served_as_by_smooth_weighted_round_robin() => Gen.Int[0, 256].Array[1, 20].Where(static w => w.Any(static x => x > 0)).Sample(weights =>
    {
        var schedule = RoundRobinSchedule.Build(TestSets.Of(weights));
        Assert.That(Take(Create(weights), schedule.Length), Is.EqualTo(schedule));
    }, iter: 30);

    [Test]
    public void Ties_that_are_rare_are_drawn_by_weight()
    {
        // Three of a thousand, far from each other, and no room in the walk for chance to be even.
        var weights = Enumerable.Range(0, 1000).Select(static i => i switch { 10 => 5, 400 => 1, 900 => 2, _ => 3 }).ToArray();
        var selector = Create(weights);
        for (var i = 0; i < weights.Length; i++)
        {
            selector.Set[i].Load(weights[i] == 3 ? 3 : 0);
        }

        Distribution.AssertFits(Distribution.Of(selector, 30_000, new RandomSource(2)), [.. weights.Select(static w => w == 3 ? 0.0 : w)]);
    }

    [TestCase(3)]
    [TestCase(2000)]
    public void Ties_among_those_left_are_drawn_by_weight(int count)
    {
        var weights = Enumerable.Range(0, count).Select(static i => i < 3 ? i + 1 : 1).ToArray();
        var selector = Create(weights);
        for (var i = 3; i < count; i++)
        {
            selector.Set[i].Load(1);
        }

        Distribution.AssertFits(Distribution.Of(selector, 3000, new RandomSource(2), 1), [1, 0, 3, .. Enumerable.Repeat(0.0, count - 3)]);
    }

    [Test]
    public void Under_exclusion_the_choice_is_exact_among_the_rest() =>
        Gen.Select(AnyWeight.Array[2, 30], Gen.Int[0, 500].Array[30], Gen.Bool.Array[30]).Sample((weights, loads, flags) =>
        {
            var selector = Create(weights);
            for (var i = 0; i < weights.Length; i++)
            {
                selector.Set[i].Load(loads[i]);
            }

            int[] excluded = [.. Enumerable.Range(0, weights.Length).Where(i => flags[i])];
            var least = LeastOf(selector.Set, excluded);
            var index = selector.Select(excluded);
            Assert.That(least, least.Count == 0 ? Is.Empty : Does.Contain(index));
        });

    [TestCase(new[] { 1, 1, 1 })]
    [TestCase(new[] { 5, 1, 1 })]
    public void The_turns_go_on_when_the_set_changes(int[] weights)
    {
        var set = TestSets.Of(weights);
        var expected = Take(Create(set), 5);
        var first = Create(set);
        var before = Take(first, 2);

        Assert.That(before.Concat(Take(Create(set, first), 3)), Is.EqualTo(expected));
    }

    [Test]
    public void What_is_in_flight_counts_on_when_the_set_changes()
    {
        var set = TestSets.Of([1, 1, 1]);
        var first = Create(set);
        set[0].Load(2);
        set[1].Load(1);
        set[2].Load(1);
        var second = Create(set.WithWeights(1, 0, 1), first);

        Assert.That(second.Select(), Is.EqualTo(2));
        set[0].State.Release(failed: false);
        set[0].State.Release(failed: false);
        Assert.That(second.Select(), Is.Zero);
    }

    [TestCase(10, 1)]
    [TestCase(10, 3)]
    [TestCase(2000, 1)]
    [CancelAfter(60_000)]
    public void From_many_threads_at_once_no_backend_is_ahead_by_more_than_the_threads(int count, int kinds)
    {
        const int threadCount = 6;
        const int holds = 500;
        var selector = Create([.. Enumerable.Range(0, count).Select(i => (i % kinds) + 1)]);
        using var held = new Barrier(threadCount + 1);
        var threads = Enumerable.Range(0, threadCount).Select(_ => new Thread(() =>
        {
            var mine = new List<Backend>();
            for (var i = 0; i < holds; i++)
            {
                mine.Add(selector.Set[selector.Select()]);
                mine[^1].TryReserve();
            }

            held.SignalAndWait();
            held.SignalAndWait();
            mine.ForEach(static backend => backend.State.Release(failed: false));
        })).ToArray();
        Array.ForEach(threads, static thread => thread.Start());
        held.SignalAndWait();
        var least = selector.Set.AsSpan().ToArray().Min(static backend => (double)backend.InFlight / backend.Weight);
        foreach (var backend in selector.Set.AsSpan())
        {
            Assert.That(backend.InFlight, Is.LessThanOrEqualTo((least * backend.Weight) + threadCount));
        }

        held.SignalAndWait();
        Array.ForEach(threads, static thread => thread.Join());
        Assert.That(selector.Set.AsSpan().ToArray().Select(static backend => backend.State.Counted), Is.All.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public void A_large_cluster_is_exact_again_as_soon_as_the_other_threads_are_still()
    {
        var selector = Create([.. Enumerable.Repeat(1, 2000)]);
        for (var round = 0; round < 20; round++)
        {
            var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
            {
                for (var i = 0; i < 3000; i++)
                {
                    var backend = selector.Set[selector.Select()];
                    backend.TryReserve();
                    if ((i + number) % 3 != 0)
                    {
                        backend.State.Release(failed: false);
                    }
                }
            })).ToArray();
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
            Assert.That(LeastOf(selector.Set, []), Does.Contain(selector.Select()));
        }
    }

    [Test]
    public void The_loads_are_explained_and_the_explanation_takes_no_turn()
    {
        var selector = Create([2, .. Enumerable.Repeat(1, 9)]);
        for (var i = 0; i < 10; i++)
        {
            selector.Set[i].Load(i == 0 ? 3 : 2);
        }

        var lines = selector.Explain();

        Assert.That(lines, Has.Count.EqualTo(7));
        Assert.That(lines[1], Is.EqualTo("b0: 3 in flight / weight 2 = 1.5"));
        Assert.That(lines[6], Is.EqualTo("and 5 others behind them"));
        Assert.That(selector.Select(), Is.Zero);
    }

    private static float LoadOf(int inFlight, int weight) => inFlight * (1f / weight);

    private static int[] Take(BackendSelector selector, int count) => [.. Enumerable.Range(0, count).Select(_ => selector.Select())];

    // Chooses and reserves, or releases; each choice is held against all the others.
    private static void AssertExact(BackendSelector selector, int[] steps)
    {
        var held = new List<int>();
        foreach (var step in steps)
        {
            if (step % 3 == 0 && held.Count > 0)
            {
                var place = step % held.Count;
                selector.Set[held[place]].State.Release(failed: false);
                held.RemoveAt(place);
                continue;
            }

            var least = LeastOf(selector.Set, []);
            var index = selector.Select();
            if (least.Count == 0)
            {
                Assert.That(index, Is.EqualTo(BackendSelector.None));
                return;
            }

            Assert.That(least, Does.Contain(index));

            // Unevenly, or all loads would be alike.
            var times = (step % 5) + 1;
            selector.Set[index].Load(times);
            held.AddRange(Enumerable.Repeat(index, times));
        }
    }

    private static List<int> LeastOf(BackendSet set, int[] excluded)
    {
        var least = new List<int>();
        for (var i = 0; i < set.Count; i++)
        {
            if (set[i].Weight == 0 || excluded.Contains(i))
            {
                continue;
            }

            var order = least.Count == 0 ? 0 : ((long)set[i].InFlight * set[least[0]].Weight).CompareTo((long)set[least[0]].InFlight * set[i].Weight);
            if (order < 0)
            {
                least.Clear();
            }

            if (order <= 0)
            {
                least.Add(i);
            }
        }

        return least;
    }
}
