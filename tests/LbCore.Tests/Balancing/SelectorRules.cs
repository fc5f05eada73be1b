using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

/// <summary>What holds for every strategy, whatever it chooses by.</summary>
internal static class SelectorRules
{
    public static void AssertExclusionsHold(IBalancingStrategy strategy) =>
        Gen.Select(Gen.Frequency((3, Gen.Int[0, 3]), (1, Gen.Int[0, 256])).Array[0, 20], Gen.Bool.Array[20], Gen.Int[0, 9].Array[20]).Sample((weights, flags, loads) =>
        {
            var selector = strategy.Create(TestSets.Of(weights), Defaults(strategy), previous: null);
            for (var i = 0; i < weights.Length; i++)
            {
                selector.Set[i].Load(loads[i]);
            }

            AssertExclusionsHold(selector, weights, flags, times: 30);
            if (weights.Any(static weight => weight > 0))
            {
                Assert.That(weights[selector.Select()], Is.Positive);
            }
        });

    /// <summary>Asserts that what is flagged is never chosen, nor what has no weight, and nothing when no other is left.</summary>
    public static void AssertExclusionsHold(BackendSelector selector, int[] weights, bool[] flags, int times)
    {
        var excluded = Enumerable.Range(0, weights.Length).Where(i => flags[i]).ToArray();
        var isLeft = Enumerable.Range(0, weights.Length).Except(excluded).Any(i => weights[i] > 0);
        for (var i = 0; i < times; i++)
        {
            var index = selector.Select(excluded);
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
    }

    public static void AssertAnyCountWorks(IBalancingStrategy strategy)
    {
        foreach (var count in new[] { 1, 2, 1000, 10_000 })
        {
            var weights = Enumerable.Range(0, count).Select(static i => i % 100 == 3 ? 0 : (i * 7 % 5) + 1).ToArray();
            var selector = strategy.Create(TestSets.Of(weights), Defaults(strategy), previous: null);
            for (var i = 0; i < 3000; i++)
            {
                var index = selector.Select();
                Assert.That(weights[index], Is.Positive);
                selector.Set[index].TryReserve();
            }

            // All but the last, which is left for whatever the strategy has of shortcuts.
            Assert.That(selector.Select([.. Enumerable.Range(0, count - 1)]), Is.EqualTo(count - 1));
            Assert.That(selector.Select([.. Enumerable.Range(0, count)]), Is.EqualTo(BackendSelector.None));
        }
    }

    public static void AssertAllocatesNothing(IBalancingStrategy strategy)
    {
        foreach (var count in new[] { 3, 2000 })
        {
            var selector = strategy.Create(TestSets.Of(Enumerable.Range(1, count).Select(static i => (i % 5) + 1)), Defaults(strategy), previous: null);
            var random = TestSets.Random;
            var none = default(ExclusionSet);
            var excluded = default(ExclusionSet);
            excluded.Add(0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                selector.Set[selector.Select(new SelectionContext(in none, random))].TryReserve();
                selector.Select(new SelectionContext(in excluded, random));
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
    }

    /// <summary>Returns a strategy's arguments when nothing is written.</summary>
    public static StrategyArguments Defaults(IBalancingStrategy strategy) => new(strategy.Parameters, new Dictionary<string, string>());

    /// <summary>Returns what a selector explains when nothing is excluded.</summary>
    public static IReadOnlyList<string> Explain(this BackendSelector selector)
    {
        var none = default(ExclusionSet);
        return selector.Explain(new SelectionContext(in none, TestSets.Random));
    }

    /// <summary>Reserves a backend some times.</summary>
    public static void Load(this Backend backend, int times)
    {
        for (var i = 0; i < times; i++)
        {
            backend.TryReserve();
        }
    }
}
