using System.Linq;
using CsCheck;
using LbCore.Balancing.Hashing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class MaglevTests
{
    private static MaglevSelector Create(int size, params int[] weights) =>
        new(TestSets.Of(weights), new KeyHasher(new SelectionKey(SelectionKeyKind.Path), 32, 64), size);

    private static int[] Slots(MaglevSelector selector)
    {
        var slots = new int[selector.Set.Count];
        foreach (var index in selector.Table)
        {
            slots[index]++;
        }

        return slots;
    }

    [Test]
    public void Every_backend_has_its_share_of_the_slots_to_within_one() => Gen.Int[0, 256].Array[1, 40].Sample(weights =>
    {
        const int size = 65_537;
        var slots = Slots(Create(size, weights));
        double sum = weights.Sum();
        for (var i = 0; i < weights.Length && sum > 0; i++)
        {
            Assert.That(slots[i], Is.EqualTo(weights[i] / sum * size).Within(1.0));
        }
    }, iter: 30);

    [Test]
    public void Many_light_backends_take_nothing_from_a_heavy_one()
    {
        var slots = Slots(Create(65_537, [256, .. Enumerable.Repeat(1, 999)]));
        Assert.That(slots[0], Is.EqualTo(256 * 65_537 / 1255.0).Within(1));
        Assert.That(slots.Skip(1), Has.All.InRange(52, 53));
    }

    [Test]
    public void Even_the_lightest_has_a_slot()
    {
        var slots = Slots(Create(211, [.. Enumerable.Repeat(256, 100), .. Enumerable.Repeat(1, 100), 0]));
        Assert.That(slots.Take(200), Has.All.Positive);
        Assert.That(slots[200], Is.Zero);
        Assert.That(slots.Sum(), Is.EqualTo(211));
    }

    [TestCase(7, 7, 7)]
    [TestCase(7, 8, 11)]
    [TestCase(65_537, 70_000, 70_001)]
    [TestCase(2, 1, 2)]
    public void A_set_that_has_outgrown_its_table_gets_a_larger_one(int size, int count, int expected)
    {
        var selector = Create(size, [.. Enumerable.Repeat(1, count)]);
        Assert.That(selector.Table.Length, Is.EqualTo(expected));
        Assert.That(Slots(selector), Has.All.Positive);
    }

    [Test]
    [CancelAfter(60_000)]
    public void The_largest_table_can_be_built()
    {
        var slots = Slots(Create(5_000_011, [.. Enumerable.Range(1, 1000).Select(static i => (i % 256) + 1)]));
        Assert.That(slots.Sum(), Is.EqualTo(5_000_011));
    }

    [TestCase("65536", "65536 is no prime; the nearest are 65521 and 65537")]
    [TestCase("4", "4 is no prime; the nearest are 3 and 5")]
    [TestCase("5000010", "5000010 is no prime; the nearest are 4999999 and 5000011")]
    [TestCase("1", "1 is out of range; use a prime from 2 to 5000011")]
    [TestCase("5000012", "5000012 is out of range; use a prime from 2 to 5000011")]
    [TestCase("many", "'many' is no whole number; use a prime from 2 to 5000011")]
    [TestCase("2", null)]
    [TestCase("5000011", null)]
    public void A_size_that_is_no_prime_is_refused_with_those_near_it(string text, string? error) =>
        Assert.That(new MaglevStrategy().Parameters.Single(static parameter => parameter.Name == "tableSize").Check(text), Is.EqualTo(error));
}
