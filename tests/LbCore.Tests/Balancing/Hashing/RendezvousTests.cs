using System;
using System.Linq;
using System.Text;
using CsCheck;
using LbCore.Balancing;
using LbCore.Balancing.Hashing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RendezvousTests
{
    private static readonly Gen<ulong> AnyNumerator = Gen.OneOf(
        Gen.ULong[1, (1UL << 53) - 1], Gen.ULong[1, 100_000], Gen.ULong[1, 1UL << 40].Select(static distance => (1UL << 53) - distance));

    [Test]
    public void The_logarithm_is_right() => AnyNumerator.Sample(static numerator =>
    {
        // Near 1 from what is missing to it, since the quotient itself would have lost its digits.
        var missing = ((1UL << 53) - numerator) / (double)(1UL << 53);
        var expected = missing < 1e-5
            ? missing + (missing * missing / 2) + (missing * missing * missing / 3)
            : -Math.Log(numerator / (double)(1UL << 53));
        Assert.That(PortableLogarithm.NegativeLog(numerator), Is.EqualTo(expected).Within(expected * 1e-13));
    }, iter: 10_000);

    // A machine on which one of these bits differs would send some keys elsewhere than the others do.
    [TestCase(1UL, 0x40425E4F7B2737FAUL)]
    [TestCase(0x123456789ABCDUL, 0x400AB17A335EE4D1UL)]
    [TestCase(1UL << 52, 0x3FE62E42FEFA39EFUL)]
    [TestCase(0x1FFFFFFFFFFFFFUL, 0x3CA0000000000000UL)]
    [TestCase(0x16A09E667F3BCDUL, 0x3FD62E42FEFA39E8UL)]
    [TestCase(0x1ABCDEF0123457UL, 0x3FC6FF0C8A7BE7BBUL)]
    public void Every_bit_of_a_logarithm_is_the_same_everywhere(ulong numerator, ulong expected) =>
        Assert.That(BitConverter.DoubleToUInt64Bits(PortableLogarithm.NegativeLog(numerator)), Is.EqualTo(expected));

    [Test]
    public void The_winner_is_the_one_with_the_lowest_logarithm_by_weight() =>
        Gen.Select(Gen.Int[1, 256].Array[1, 40], Gen.ULong.Array[20]).Sample((weights, keys) =>
        {
            var selector = HashSets.ByField(StrategyNames.Rendezvous, TestSets.Of(weights));
            foreach (var key in keys)
            {
                var order = Enumerable.Range(0, weights.Length).OrderBy(i => Score(key, i)).ToArray();
                Assert.That(selector.SelectKey(key), Is.EqualTo(order[0]));
                if (order.Length > 2)
                {
                    Assert.That(selector.SelectKey(key, order[0]), Is.EqualTo(order[1]));
                    Assert.That(selector.SelectKey(key, order[0], order[1]), Is.EqualTo(order[2]));
                }
            }

            double Score(ulong key, int index)
            {
                var hash = StableHash.Mix(key, StableHash.Of(Encoding.UTF8.GetBytes($"b{index}")));
                return PortableLogarithm.NegativeLog(((hash >> 12) * 2) + 1) / weights[index];
            }
        }, iter: 300);

    [Test]
    public void Explaining_shows_the_first_in_order_and_the_winner_behind_those_excluded()
    {
        var selector = HashSets.ByField(StrategyNames.Rendezvous, TestSets.Of(Enumerable.Repeat(1, 9)));
        var first = Enumerable.Range(0, 9).ToDictionary(i => i, i => selector.SelectKey(7, [.. Enumerable.Range(0, 9).Where(other => other != i)]));
        var home = selector.SelectKey(7);
        var lines = selector.ExplainKey(7, home);

        Assert.That(first, Has.Count.EqualTo(9));
        Assert.That(lines[0], Is.EqualTo("key header:k hashes to 0x0000000000000007"));
        Assert.That(lines[1], Does.StartWith($"1. of 9 in rendezvous order: backend b{home}, weight 1, score ").And.EndsWith(", excluded"));
        Assert.That(lines[2], Does.StartWith($"2. of 9 in rendezvous order: backend b{selector.SelectKey(7, home)}, weight 1, score "));
    }
}
