using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

/// <summary>What holds for every strategy that chooses by a hash.</summary>
[TestFixture(StrategyNames.ConsistentHash)]
[TestFixture(StrategyNames.Rendezvous)]
[TestFixture(StrategyNames.Maglev)]
[TestFixture(StrategyNames.IpHash)]
[Parallelizable(ParallelScope.All)]
internal sealed class HashContractTests(string strategy)
{
    private static readonly Gen<int[]> AnyWeights = Gen.Int[0, 8].Array[1, 12];

    private BackendSelector Of(params IEnumerable<int> weights) => HashSets.ByField(strategy, TestSets.Of(weights));

    [Test]
    public void A_key_has_one_backend_whatever_the_order_of_the_configuration()
    {
        var backends = Enumerable.Range(0, 50).Select(static i => (Name: $"web-{i}", Weight: (i % 7) + 1)).ToArray();
        var one = HashSets.ByField(strategy, HashSets.Named(backends));
        var other = HashSets.ByField(strategy, HashSets.Named(backends.OrderBy(static backend => StableHash.Mix(1, (ulong)backend.Name.Sum(static c => c * 31)))));
        for (var i = 0; i < 2000; i++)
        {
            var name = one.Set[one.SelectKey(HashSets.Key(i))].Name;
            Assert.That(other.Set[other.SelectKey(HashSets.Key(i))].Name, Is.EqualTo(name));

            var down = Array.FindIndex(backends, backend => backend.Name == name);
            var elsewhere = Enumerable.Range(0, other.Set.Count).Single(index => other.Set[index].Name == name);
            Assert.That(other.Set[other.SelectKey(HashSets.Key(i), elsewhere)].Name, Is.EqualTo(one.Set[one.SelectKey(HashSets.Key(i), down)].Name));
        }
    }

    [Test]
    public void What_is_excluded_is_never_chosen_and_one_that_is_left_always_is() =>
        Gen.Select(AnyWeights, Gen.Bool.Array[12], Gen.ULong.Array[8]).Sample((weights, flags, keys) =>
        {
            var excluded = Enumerable.Range(0, weights.Length).Where(i => flags[i]).ToArray();
            var isLeft = Enumerable.Range(0, weights.Length).Except(excluded).Any(i => weights[i] > 0);
            var selector = Of(weights);
            foreach (var index in keys.Select(key => selector.SelectKey(key, excluded)).Append(selector.Select(excluded)))
            {
                if (isLeft)
                {
                    Assert.That(excluded, Does.Not.Contain(index));
                    Assert.That(weights[index], Is.Positive);
                }
                else
                {
                    Assert.That(index, Is.EqualTo(BackendSelector.None));
                }
            }
        }, iter: 100);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(1000)]
    [TestCase(10_000)]
    public void Any_number_of_backends_can_be_chosen_down_to_the_last(int count)
    {
        var selector = Of(Enumerable.Repeat(1, count));
        var all = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < 20; i++)
        {
            var last = (int)(HashSets.Key(i) % (ulong)count);
            Assert.That(selector.SelectKey(HashSets.Key(i)), Is.InRange(0, count - 1));
            Assert.That(selector.SelectKey(HashSets.Key(i), [.. all.Where(index => index != last)]), Is.EqualTo(last));
            Assert.That(selector.SelectKey(HashSets.Key(i), all), Is.EqualTo(BackendSelector.None));
        }
    }

    [Test]
    public void An_empty_set_has_nobody_to_choose()
    {
        Assert.That(Of().SelectKey(1), Is.EqualTo(BackendSelector.None));
        Assert.That(Of(0, 0).SelectKey(1), Is.EqualTo(BackendSelector.None));
        Assert.That(Of(0, 0).Select(), Is.EqualTo(BackendSelector.None));
        Assert.That(Of(0, 0).ExplainKey(1), Is.Not.Empty);
    }

    [Test]
    public void Without_a_key_chance_chooses_by_weight()
    {
        int[] weights = [1, 0, 5, 2, 250];
        var selector = Of(weights);
        var counts = new int[weights.Length];
        var countsLeft = new int[weights.Length];
        for (var i = 0; i < 50_000; i++)
        {
            counts[selector.Select()]++;
            countsLeft[selector.Select(4)]++;
        }

        Assert.That(HashSets.Unfairness(counts, HashSets.Shares(weights)), Is.LessThan(1));
        Assert.That(HashSets.Unfairness(countsLeft, HashSets.Shares(1, 0, 5, 2, 0)), Is.LessThan(1));
    }

    [Test]
    public void An_excluded_backend_that_comes_back_has_its_keys_again_and_no_other_key_moved()
    {
        var selector = Of(3, 1, 2, 2);
        for (var i = 0; i < 1000; i++)
        {
            var home = selector.SelectKey(HashSets.Key(i));
            Assert.That(selector.SelectKey(HashSets.Key(i), 0), home == 0 ? Is.Not.Zero : Is.EqualTo(home));
            Assert.That(selector.SelectKey(HashSets.Key(i)), Is.EqualTo(home));
        }
    }

    [Test]
    public void Explaining_names_the_backend_that_is_chosen_and_changes_nothing()
    {
        var selector = Of(3, 1, 2, 2, 0);
        for (var i = 0; i < 200; i++)
        {
            int[] excluded = i % 3 == 0 ? [] : i % 3 == 1 ? [0] : [0, 2, 3];
            var lines = selector.ExplainKey(HashSets.Key(i), excluded);
            Assert.That(lines[^1], Does.StartWith($"backend b{selector.SelectKey(HashSets.Key(i), excluded)} is chosen"), string.Join('\n', lines));
        }

        Assert.That(selector.ExplainKey(1, 0, 1, 2, 3)[^1], Is.EqualTo("no backend is left"));
        Assert.That(selector.Explain(default(SelectionInput))[0], Does.Contain("by chance"));
    }

    [Test]
    public void Choosing_allocates_nothing()
    {
        var selector = Of(Enumerable.Repeat(3, 60));
        var excluded = HashSets.ExclusionsOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
        var none = default(ExclusionSet);
        var random = TestSets.Random;
        var keyless = default(SelectionInput);
        selector.SelectKey(1, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            var input = new SelectionInput(HashSets.AddressOf(HashSets.Key(i)), HashSets.Key(i), HasKey: true);
            selector.Select(new SelectionContext(in none, random, in input));
            selector.Select(new SelectionContext(in excluded, random, in input));
            selector.Select(new SelectionContext(in none, random, in keyless));
            selector.Select(new SelectionContext(in excluded, random, in keyless));
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
