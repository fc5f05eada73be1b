using System.Collections.Generic;
using System.Linq;
using CsCheck;
using LbCore.Balancing;
using LbCore.Balancing.Hashing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RingTests
{
    private static readonly KeyHasher AnyKey = new(new SelectionKey(SelectionKeyKind.Path), 32, 64);

    private static BackendSelector Bounded(BackendSet set, string factor) =>
        HashSets.ByField(StrategyNames.ConsistentHash, set, ("balanceFactor", factor));

    [Test]
    public void The_search_finds_the_first_point_at_or_after_a_hash_and_the_first_of_all_after_the_last() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 200], Gen.ULong.Array[50]).Sample((count, points, hashes) =>
        {
            var ring = HashRing.Build(new RankedBackends(TestSets.Of(Enumerable.Repeat(1, count))), points);
            var positions = Enumerable.Range(0, ring.Count).Select(ring.PositionAt).ToArray();
            Assert.That(positions, Is.Ordered);
            foreach (var hash in hashes.Concat([0UL, ulong.MaxValue]).Concat(positions))
            {
                var expected = positions.TakeWhile(position => position < hash >> 24 << 24).Count() % positions.Length;
                Assert.That(ring.FirstAtOrAfter(hash), Is.EqualTo(expected));
            }
        }, iter: 50);

    [TestCase(1, 1, 160, 160)]
    [TestCase(10, 3, 160, 4800)]
    [TestCase(6250, 1, 160, 1_000_000)]
    [TestCase(6251, 1, 160, 500_080)]
    [TestCase(1000, 256, 1024, 512_000)]
    [TestCase(10_000, 1, 1, 10_000)]
    public void A_ring_beyond_the_bound_is_halved_until_it_fits(int count, int weight, int pointsPerWeight, int expected)
    {
        var selector = new RingSelector(TestSets.Of(Enumerable.Repeat(weight, count)), AnyKey, pointsPerWeight, balanceFactor: 0);
        Assert.That(selector.Points, Is.EqualTo(expected));
    }

    [Test]
    public void On_a_halved_ring_even_the_lightest_keeps_a_point()
    {
        var set = TestSets.Of([.. Enumerable.Repeat(256, 900), 1]);
        var backends = new RankedBackends(set);
        var ring = HashRing.Build(backends, 1024);
        var lightest = backends.Weights.ToArray().ToList().IndexOf(1);

        Assert.That(ring.Count, Is.InRange(HashRing.MaxPoints / 4, HashRing.MaxPoints));
        Assert.That(Enumerable.Range(0, ring.Count).Count(point => ring.RankAt(point) == lightest), Is.Positive);
    }

    // The bound as the paper has it: the ceiling of the factor times the share of all, this one included.
    [Test]
    public void No_backend_is_given_more_than_its_bound() =>
        Gen.Select(Gen.Int[0, 5].Array[1, 12], Gen.Double[1, 3], Gen.Int[1, 400]).Where(static (weights, _, _) => weights.Sum() > 0).Sample((weights, factor, requests) =>
        {
            var set = TestSets.Of(weights);
            var selector = new RingSelector(set, AnyKey, 160, factor);
            var inFlight = new int[weights.Length];
            for (var i = 1; i <= requests; i++)
            {
                // A third of all for one key: without a bound its home would have them all.
                var chosen = selector.SelectKey(i % 3 == 0 ? 7 : HashSets.Key(i));
                set[chosen].State.TryReserve(int.MaxValue);
                inFlight[chosen]++;
                Assert.That(inFlight[chosen], Is.LessThan((factor * i * weights[chosen] / weights.Sum()) + 1 + 1e-9));
            }
        }, iter: 200);

    [Test]
    public void With_many_backends_the_bound_holds_to_within_a_request_of_an_older_sum()
    {
        var set = TestSets.Of(Enumerable.Repeat(1, 200));
        var selector = Bounded(set, "1.25");
        for (var i = 0; i < 20_000; i++)
        {
            set[selector.SelectKey(7)].State.TryReserve(int.MaxValue);
        }

        Assert.That(set.AsSpan().ToArray().Max(static backend => backend.InFlight), Is.LessThanOrEqualTo((1.25 * 20_000 / 200) + 1));
    }

    [Test]
    public void A_key_goes_to_the_same_others_under_load_and_home_when_it_falls()
    {
        var set = TestSets.Of(Enumerable.Repeat(1, 5));
        var selector = Bounded(set, "1.25");
        var home = selector.SelectKey(7);
        var second = selector.SelectKey(7, home);

        // Two of two in flight are more than 1.25 times a fifth of three.
        set[home].State.TryReserve(int.MaxValue);
        set[home].State.TryReserve(int.MaxValue);
        Assert.That(Enumerable.Range(0, 10).Select(_ => selector.SelectKey(7)), Is.All.EqualTo(second));
        Assert.That(selector.ExplainKey(7), Has.Some.EqualTo($"backend b{home} has 2 in flight of at most 1: the next point counts"));

        set[home].State.Release(failed: false);
        set[home].State.Release(failed: false);
        Assert.That(selector.SelectKey(7), Is.EqualTo(home));
    }

    [Test]
    public void When_the_room_is_with_those_that_are_excluded_the_bound_gives_way()
    {
        var set = TestSets.Of([1, 1, 1]);
        var selector = Bounded(set, "1.1");
        for (var i = 0; i < 5; i++)
        {
            set[1].State.TryReserve(int.MaxValue);
        }

        Assert.That(selector.SelectKey(7), Is.Not.EqualTo(1));
        Assert.That(selector.SelectKey(7, 0, 2), Is.EqualTo(1));
    }

    [TestCase("path", "", true)]
    [TestCase("query:id", "", true)]
    [TestCase("address", "", false)]
    [TestCase("header:X-User", "", false)]
    [TestCase("cookie:sid", "", false)]
    [TestCase("path", "0", false)]
    [TestCase("cookie:sid", "1.25", true)]
    public void Loads_are_bounded_by_default_for_content_and_not_for_sessions(string key, string factor, bool isBounded)
    {
        var set = TestSets.Of([1, 1]);
        var selector = HashSets.Create(StrategyNames.ConsistentHash, set, null, [("key", key), .. factor.Length > 0 ? [("balanceFactor", factor)] : (IEnumerable<(string, string)>)[]]);
        var home = selector.SelectKey(7);
        for (var i = 0; i < 10; i++)
        {
            set[home].State.TryReserve(int.MaxValue);
        }

        Assert.That(selector.SelectKey(7) != home, Is.EqualTo(isBounded));
    }
}
