using System;
using System.Linq;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

/// <summary>How keys are shared out, and those of a backend that is excluded.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class HashDistributionTests
{
    private static readonly int[] Weights = [1, 2, 3, 5, 8, 13, 21, 34];

    [TestCase(StrategyNames.Rendezvous)]
    [TestCase(StrategyNames.Maglev)]
    [TestCase(StrategyNames.IpHash)]
    public void Keys_are_shared_by_weight(string strategy) =>
        Assert.That(HashSets.Unfairness(Count(HashSets.ByField(strategy, TestSets.Of(Weights)), 200_000), HashSets.Shares(Weights)), Is.LessThan(1));

    [TestCase(StrategyNames.Rendezvous, 2, 100_000)]
    [TestCase(StrategyNames.Maglev, 2, 100_000)]
    [TestCase(StrategyNames.Rendezvous, 1000, 20_000)]
    [TestCase(StrategyNames.Maglev, 1000, 20_000)]
    [TestCase(StrategyNames.Rendezvous, 10_000, 50_000)]
    [TestCase(StrategyNames.Maglev, 10_000, 50_000)]
    public void Keys_are_shared_evenly_among_equals(string strategy, int count, int keys)
    {
        (string, string)[] more = strategy == StrategyNames.Maglev && count > 1000 ? [("tableSize", "1000003")] : [];
        var selector = HashSets.ByField(strategy, TestSets.Of(Enumerable.Repeat(1, count)), more);

        Assert.That(HashSets.Unfairness(Count(selector, keys), HashSets.Shares(Enumerable.Repeat(1, count))), Is.LessThan(1));
    }

    // The share of p of P random points on a circle has a beta distribution.
    [TestCase(2)]
    [TestCase(100)]
    [TestCase(1000)]
    public void On_a_ring_a_backend_has_its_share_as_near_as_its_points_allow(int count)
    {
        var weights = Enumerable.Range(0, count).Select(static i => (i % 4) + 1).ToArray();
        var keys = 400 * count;
        var counts = Count(HashSets.ByField(StrategyNames.ConsistentHash, TestSets.Of(weights)), keys);
        double points = 160 * weights.Sum();
        for (var i = 0; i < count; i++)
        {
            var share = weights[i] * 160 / points;
            var deviation = Math.Sqrt((share * (1 - share) / (points + 1)) + (share * (1 - share) / keys));
            Assert.That(counts[i] / (double)keys, Is.EqualTo(share).Within(5.5 * deviation), $"b{i}");
        }
    }

    [TestCase(StrategyNames.Rendezvous)]
    [TestCase(StrategyNames.Maglev)]
    [TestCase(StrategyNames.IpHash)]
    public void The_keys_of_excluded_backends_are_shared_by_weight_among_the_rest(string strategy)
    {
        var selector = HashSets.ByField(strategy, TestSets.Of(Weights));
        Assert.That(Unfairness(7), Is.LessThan(1));
        Assert.That(Unfairness(7, 6), Is.LessThan(1));
        Assert.That(Unfairness(7, 6, 5, 4, 0), Is.LessThan(1));

        double Unfairness(params int[] excluded)
        {
            var counts = new int[Weights.Length];
            for (var i = 0; i < 100_000; i++)
            {
                if (excluded.Contains(selector.SelectKey(HashSets.Key(i))))
                {
                    counts[selector.SelectKey(HashSets.Key(i), excluded)]++;
                }
            }

            return HashSets.Unfairness(counts, HashSets.Shares(Weights.Select((weight, index) => excluded.Contains(index) ? 0 : weight)));
        }
    }

    [Test]
    public void On_a_ring_the_keys_of_an_excluded_backend_are_no_single_neighbours()
    {
        const int count = 10;
        var selector = HashSets.ByField(StrategyNames.ConsistentHash, TestSets.Of(Enumerable.Repeat(1, count)));
        var counts = new int[count];
        for (var i = 0; i < 100_000; i++)
        {
            if (selector.SelectKey(HashSets.Key(i)) == 3)
            {
                counts[selector.SelectKey(HashSets.Key(i), 3)]++;
            }
        }

        // 160 arcs, each to one of nine: a share of 1/9 with a deviation of about 0.035.
        double sum = counts.Sum();
        Assert.That(counts.Where(static (_, index) => index != 3).Select(n => n / sum), Has.All.InRange(0.02, 0.29));
    }

    [Test]
    public void Addresses_that_follow_each_other_are_shared_as_any([Values(StrategyNames.Rendezvous, StrategyNames.Maglev, StrategyNames.IpHash)] string strategy)
    {
        var selector = HashSets.Create(strategy, TestSets.Of(Weights), null);
        var counts = new int[Weights.Length];
        var sites = new int[Weights.Length];
        for (var i = 0; i < 65_536; i++)
        {
            counts[selector.Select(new SelectionInput(HashSets.Address($"10.7.{i / 256}.{i % 256}"), 0, HasKey: true))]++;
            sites[selector.Select(new SelectionInput(HashSets.Address($"2001:db8:0:{i:x}::1"), 0, HasKey: true))]++;
        }

        Assert.That(HashSets.Unfairness(counts, HashSets.Shares(Weights)), Is.LessThan(1));
        Assert.That(HashSets.Unfairness(sites, HashSets.Shares(Weights)), Is.LessThan(1));
    }

    private static int[] Count(BackendSelector selector, int keys)
    {
        var counts = new int[selector.Set.Count];
        for (var i = 0; i < keys; i++)
        {
            counts[selector.SelectKey(HashSets.Key(i))]++;
        }

        return counts;
    }
}
