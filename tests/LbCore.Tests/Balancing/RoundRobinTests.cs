using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Threading;
using CsCheck;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RoundRobinTests
{
    private static readonly Gen<int[]> AnyWeights = Gen.Int[0, 256].Array[1, 20];

    private static BackendSelector Create(params int[] weights) =>
        new RoundRobinStrategy(StrategyNames.RoundRobin).Create(TestSets.Of(weights), StrategyArguments.None, previous: null);

    [Test]
    public void Every_cycle_gives_each_backend_exactly_its_share() => AnyWeights.Sample(weights =>
    {
        var cycle = CycleLength(weights);
        var selector = Create(weights);
        for (var round = 0; round < 2; round++)
        {
            Assert.That(Count(selector, weights.Length, cycle), Is.EqualTo(Shares(weights)));
        }
    });

    [Test]
    public void The_order_is_that_of_smooth_weighted_round_robin() => AnyWeights.Where(HasWeight).Sample(weights =>
    {
        var selector = Create(weights);
        Assert.That(Take(selector, CycleLength(weights)), Is.EqualTo(ReferenceOrder(weights)));
    });

    [Test]
    public void No_backend_gets_its_share_in_a_burst()
    {
        Assert.That(Take(Create(5, 1, 1), 7), Is.EqualTo(new[] { 0, 0, 1, 0, 2, 0, 0 }));
        Assert.That(Take(Create(2, 2), 4), Is.EqualTo(new[] { 0, 1, 0, 1 }));
    }

    [Test]
    public void At_no_moment_is_a_backend_a_whole_turn_ahead_of_its_share() => Gen.Int[1, 256].Array[2, 12].Sample(weights =>
    {
        var selector = Create(weights);
        double sum = weights.Sum();
        var counts = new int[weights.Length];
        for (var step = 1; step <= CycleLength(weights); step++)
        {
            var index = selector.Select();
            counts[index]++;
            Assert.That(counts[index], Is.LessThan((step * weights[index] / sum) + 1));
        }
    });

    [Test]
    public void Weight_0_is_never_chosen() => AnyWeights.Where(HasWeight).Sample(weights =>
    {
        weights[0] = weights.Length > 1 && weights.Skip(1).Any(static w => w > 0) ? 0 : weights[0];
        var selector = Create(weights);
        for (var i = 0; i < 1000; i++)
        {
            Assert.That(weights[selector.Select()], Is.Positive);
        }
    });

    [Test]
    public void Nothing_is_chosen_when_every_weight_is_0_or_the_set_is_empty()
    {
        Assert.That(Create(0, 0).Select(), Is.EqualTo(BackendSelector.None));
        Assert.That(Create().Select(), Is.EqualTo(BackendSelector.None));
    }

    [Test]
    public void What_is_excluded_is_never_chosen_and_nothing_is_when_all_are() =>
        Gen.Select(AnyWeights, Gen.Bool.Array[20]).Sample(
            (weights, flags) => SelectorRules.AssertExclusionsHold(Create(weights), weights, flags, times: 50));

    [Test]
    public void Retries_do_not_disturb_the_shares_of_first_attempts() => AnyWeights.Where(HasWeight).Sample(weights =>
    {
        var selector = Create(weights);
        var counts = new int[weights.Length];
        for (var i = 0; i < CycleLength(weights); i++)
        {
            var first = selector.Select();
            counts[first]++;
            selector.Select(first);
        }

        Assert.That(counts, Is.EqualTo(Shares(weights)));
    });

    [Test]
    public void The_retries_of_one_dead_backend_are_shared_by_weight_among_the_rest()
    {
        // Two of three: a cycle of 1 + 2 turns among those that are left.
        var selector = Create(3, 1, 2);
        var counts = new int[3];
        for (var i = 0; i < 300; i++)
        {
            counts[selector.Select(0)]++;
        }

        Assert.That(counts, Is.EqualTo(new[] { 0, 100, 200 }));
    }

    [Test]
    public void Retries_are_shared_by_weight_among_the_few_that_are_left_of_ten_thousand()
    {
        var weights = Enumerable.Range(0, 10_000).Select(static i => i switch { 17 => 1, 5000 => 2, 9999 => 5, _ => 256 }).ToArray();
        int[] excluded = [.. Enumerable.Range(0, 10_000).Where(i => weights[i] == 256)];

        Distribution.AssertFits(
            Distribution.Of(Create(weights), 4000, new RandomSource(6), excluded), [.. weights.Select(static w => w == 256 ? 0.0 : w)]);
    }

    [Test]
    public void Any_number_of_backends_is_served() => SelectorRules.AssertAnyCountWorks(new RoundRobinStrategy(StrategyNames.RoundRobin));

    [Test]
    public void A_backend_that_is_dead_is_not_first_for_everybody()
    {
        var selector = Create(1, 1);
        var firsts = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            firsts.Add(selector.Select());
            if (firsts[^1] == 0)
            {
                selector.Select(0);
            }
        }

        Assert.That(firsts.Count(static index => index == 0), Is.EqualTo(5));
    }

    [Test]
    [CancelAfter(60_000)]
    public void The_shares_are_exact_from_many_threads_at_once()
    {
        int[] weights = [5, 1, 3, 0, 2];
        const int cyclesEach = 1000;
        const int threadCount = 8;
        var selector = Create(weights);
        var counts = new int[weights.Length];
        var threads = Enumerable.Range(0, threadCount).Select(_ => new Thread(() =>
        {
            var mine = Count(selector, weights.Length, cyclesEach * 11);
            for (var i = 0; i < mine.Length; i++)
            {
                Interlocked.Add(ref counts[i], mine[i]);
            }
        })).ToArray();
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.That(counts, Is.EqualTo(weights.Select(static weight => weight * cyclesEach * threadCount)));
    }

    [Test]
    public void A_cycle_beyond_the_bound_is_scaled_to_within_a_turn_of_the_true_shares()
    {
        var weights = Enumerable.Range(0, 400).Select(static i => (i * 37 % 256) + 1).ToArray();
        var schedule = RoundRobinSchedule.Build(TestSets.Of(weights));
        var counts = new int[weights.Length];
        foreach (var index in schedule)
        {
            counts[index]++;
        }

        double sum = weights.Sum();
        Assert.That(schedule, Has.Length.EqualTo(RoundRobinSchedule.MaxLength));
        for (var i = 0; i < weights.Length; i++)
        {
            Assert.That(counts[i], Is.EqualTo(weights[i] / sum * schedule.Length).Within(1.0));
        }
    }

    [Test]
    public void In_a_scaled_cycle_even_the_smallest_weight_keeps_a_turn()
    {
        int[] weights = [.. Enumerable.Repeat(256, 200), 1, 0];
        var schedule = RoundRobinSchedule.Build(TestSets.Of(weights));

        Assert.That(schedule, Has.Exactly(1).EqualTo(200));
        Assert.That(schedule, Has.None.EqualTo(201));
    }

    [Test]
    public void A_new_selector_carries_on_where_the_previous_one_was()
    {
        var strategy = new RoundRobinStrategy(StrategyNames.RoundRobin);
        var set = TestSets.Of([1, 1, 1]);
        var first = strategy.Create(set, StrategyArguments.None, null);
        first.Select();

        Assert.That(strategy.Create(set, StrategyArguments.None, first).Select(), Is.EqualTo(1));
    }

    [Test]
    public void Selecting_allocates_nothing()
    {
        var selector = Create(5, 1, 3);
        selector.Select(0);
        var excluded = default(ExclusionSet);
        excluded.Add(0);
        var none = default(ExclusionSet);
        var random = TestSets.Random;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            selector.Select(new SelectionContext(in none, random));
            selector.Select(new SelectionContext(in excluded, random));
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static bool HasWeight(int[] weights) => weights.Any(static weight => weight > 0);

    private static int[] Shares(int[] weights)
    {
        var divisor = (int)weights.Aggregate(BigInteger.Zero, static (a, b) => BigInteger.GreatestCommonDivisor(a, b));
        return divisor == 0 ? weights : [.. weights.Select(weight => weight / divisor)];
    }

    private static int CycleLength(int[] weights) => Shares(weights).Sum();

    private static int[] Take(BackendSelector selector, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => selector.Select())];

    private static int[] Count(BackendSelector selector, int backends, int selections)
    {
        var counts = new int[backends];
        for (var i = 0; i < selections; i++)
        {
            counts[selector.Select()]++;
        }

        return counts;
    }

    // The textbook algorithm with all of its state, as nginx has it.
    private static List<int> ReferenceOrder(int[] weights)
    {
        var effective = Shares(weights);
        var current = new int[weights.Length];
        var order = new List<int>();
        for (var step = 0; step < effective.Sum(); step++)
        {
            var best = -1;
            for (var i = 0; i < weights.Length; i++)
            {
                current[i] += effective[i];
                if (effective[i] > 0 && (best < 0 || current[i] > current[best]))
                {
                    best = i;
                }
            }

            current[best] -= effective.Sum();
            order.Add(best);
        }

        return order;
    }
}
