using System.Linq;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class PowerOfTwoTests
{
    private static BackendSelector Create(params int[] weights) =>
        new PowerOfTwoStrategy().Create(TestSets.Of(weights), StrategyArguments.None, previous: null);

    [TestCase(new[] { 5, 1, 3, 0, 2 })]
    [TestCase(new[] { 1, 1 })]
    [TestCase(new[] { 9, 1 })]
    public void An_idle_cluster_is_served_by_weight(int[] weights) => Distribution.AssertFits(
        Distribution.Of(Create(weights), 200_000, new RandomSource(3)), [.. weights.Select(static weight => (double)weight)]);

    [Test]
    public void Of_two_backends_the_less_loaded_is_always_chosen()
    {
        var selector = Create(1, 1);
        selector.Set[0].Load(1);

        Assert.That(Distribution.Of(selector, 1000, new RandomSource(1)), Is.EqualTo(new[] { 0, 1000 }));
    }

    [Test]
    public void Load_is_what_is_in_flight_for_the_weight()
    {
        var selector = Create(4, 1);
        selector.Set[0].Load(3);
        selector.Set[1].Load(1);
        Assert.That(Distribution.Of(selector, 1000, new RandomSource(1)), Is.EqualTo(new[] { 1000, 0 }));

        selector.Set[0].Load(2);
        Assert.That(Distribution.Of(selector, 1000, new RandomSource(1)), Is.EqualTo(new[] { 0, 1000 }));
    }

    [Test]
    public void The_most_loaded_of_many_is_never_chosen_and_the_others_as_often_as_two_draws_find_them()
    {
        // Two different of four equals: 12 ordered pairs, of which the least loaded is in 6, the next wins 4, the next 2.
        var selector = Create(1, 1, 1, 1);
        for (var i = 0; i < 4; i++)
        {
            selector.Set[i].Load(i);
        }

        Distribution.AssertFits(Distribution.Of(selector, 100_000, new RandomSource(4)), [6, 4, 2, 0]);
    }

    [Test]
    public void Under_exclusion_the_rest_are_compared()
    {
        var selector = Create(256, 1, 1);
        selector.Set[1].Load(1);

        Assert.That(Distribution.Of(selector, 1000, new RandomSource(1), 0), Is.EqualTo(new[] { 0, 0, 1000 }));
    }

    [Test]
    public void A_thousand_backends_that_hold_what_they_get_stay_close_together()
    {
        // Random choice would have one with about 25 among 1,000 with 10 each; two choices leave it near log log n above.
        var selector = Create([.. Enumerable.Repeat(1, 1000)]);
        var random = new RandomSource(5);
        for (var i = 0; i < 10_000; i++)
        {
            var none = default(ExclusionSet);
            selector.Set[selector.Select(new SelectionContext(in none, random))].TryReserve();
        }

        Assert.That(selector.Set.AsSpan().ToArray().Max(static backend => backend.InFlight), Is.LessThanOrEqualTo(14));
    }

    [Test]
    public void The_loads_are_explained()
    {
        var selector = Create(2, 1);
        selector.Set[0].Load(3);
        var lines = selector.Explain();

        Assert.That(lines.Skip(1), Is.EqualTo(new[] { "b1: 0 in flight / weight 1 = 0", "b0: 3 in flight / weight 2 = 1.5" }));
    }
}
