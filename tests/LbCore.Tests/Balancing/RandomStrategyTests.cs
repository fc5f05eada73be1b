using System;
using System.Linq;
using CsCheck;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RandomStrategyTests
{
    private static BackendSelector Create(params int[] weights) =>
        new RandomStrategy().Create(TestSets.Of(weights), StrategyArguments.None, previous: null);

    [TestCase(new[] { 5, 1, 3, 0, 2 })]
    [TestCase(new[] { 1, 1, 1 })]
    [TestCase(new[] { 256, 1 })]
    [TestCase(new[] { 7, 0, 7, 7, 0 })]
    public void Chances_are_the_weights_shares(int[] weights) => Distribution.AssertFits(
        Distribution.Of(Create(weights), 200_000, new RandomSource(7)), [.. weights.Select(static weight => (double)weight)]);

    [TestCase(1000)]
    [TestCase(10_000)]
    public void Chances_are_the_weights_shares_in_a_large_cluster(int count)
    {
        var weights = Enumerable.Range(0, count).Select(static i => i % 257).ToArray();
        Distribution.AssertFits(
            Distribution.Of(Create(weights), 20 * count, new RandomSource(8)), [.. weights.Select(static weight => (double)weight)]);
    }

    [TestCase(new[] { 5, 1, 3, 0, 2 }, new[] { 0 })]
    [TestCase(new[] { 256, 1, 2, 1 }, new[] { 0 }, Description = "nearly all draws must be made again")]
    [TestCase(new[] { 1, 1, 1, 1 }, new[] { 1, 3 })]
    [TestCase(new[] { 4, 4 }, new[] { 0 })]
    public void Those_left_by_exclusions_share_by_weight(int[] weights, int[] excluded) => Distribution.AssertFits(
        Distribution.Of(Create(weights), 100_000, new RandomSource(9), excluded),
        [.. weights.Select((weight, index) => excluded.Contains(index) ? 0.0 : weight)]);

    [Test]
    public void The_probabilities_are_exact_to_the_last_unit() => Gen.Int[0, 256].Array[1, 40].Sample(weights =>
    {
        // Every column is drawn alike, and in it every number below the sum: so counting both out gives the probabilities.
        var draw = WeightedDraw.Of(TestSets.Of(weights));
        Assert.That(draw.SharesOf(), Is.EqualTo(weights.Select(weight => (long)weight * draw.Count)));
    });

    [Test]
    public void The_chances_are_explained() => Assert.That(
        Create(3, 0, 1).Explain(),
        Is.EqualTo(new[] { "b0: weight 3 of 4 = 75 %", "b2: weight 1 of 4 = 25 %" }));
}
