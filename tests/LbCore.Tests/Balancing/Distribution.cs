using System;
using System.Collections.Generic;
using System.Linq;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

/// <summary>Counts what a selector chooses, and compares it with what should have come out.</summary>
internal static class Distribution
{
    /// <summary>Returns how often each backend is chosen, when nothing is reserved in between.</summary>
    public static int[] Of(BackendSelector selector, int choices, RandomSource random, params int[] excluded)
    {
        var set = default(ExclusionSet);
        foreach (var index in excluded)
        {
            set.Add(index);
        }

        var counts = new int[selector.Set.Count];
        for (var i = 0; i < choices; i++)
        {
            counts[selector.Select(new SelectionContext(in set, random))]++;
        }

        return counts;
    }

    /// <summary>
    /// Holds counts against shares by Pearson's chi-squared test. A true distribution fails at five standard deviations,
    /// about one seed in a million; the seeds are fixed, so it does not fail now and then.
    /// </summary>
    public static void AssertFits(IReadOnlyList<int> counts, IReadOnlyList<double> shares)
    {
        double total = counts.Sum();
        var sum = shares.Sum();
        var statistic = 0.0;
        var freedom = -1;
        for (var i = 0; i < counts.Count; i++)
        {
            if (shares[i] == 0)
            {
                Assert.That(counts[i], Is.Zero, $"backend {i} has no share");
                continue;
            }

            var expected = total * shares[i] / sum;
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            freedom++;
        }

        Assert.That(statistic, Is.LessThan(freedom + (5 * Math.Sqrt(2 * Math.Max(freedom, 1))) + 10));
    }
}
