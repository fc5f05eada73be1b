using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using LbCore.Fuzz.Http;
using LbCore.Fuzz.Targets;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Fuzz;

/// <summary>The short run that belongs to every test run: all seeds, every prefix of them, and some thousand changed ones.</summary>
[TestFixture]
internal sealed class ReplayTests
{
    private const int Mutations = 5_000;

    private static IEnumerable<TestCaseData> Targets()
    {
        IFuzzTarget[] targets =
        [
            new ListenAddressTarget(), new BackendAddressTarget(), new DurationTarget(),
            .. HttpTargets.All,
        ];
        foreach (var target in targets)
        {
            yield return new TestCaseData(target).SetArgDisplayNames(target.Name);
        }
    }

    private static IEnumerable<string> FuzzedTargets() => HttpTargets.All.Select(static target => target.Name);

    [TestCaseSource(nameof(Targets))]
    public void Every_prefix_of_every_seed_is_accepted_or_refused_in_order(IFuzzTarget target)
    {
        foreach (var seed in Seeds(target))
        {
            for (var length = 0; length <= seed.Length; length++)
            {
                Run(target, seed[..length]);
            }
        }
    }

    [TestCaseSource(nameof(Targets))]
    public void Whatever_is_made_of_the_seeds_is_accepted_or_refused_in_order(IFuzzTarget target)
    {
        var mutator = new Mutator(TestRandom.Create(), Seeds(target));
        for (var i = 0; i < Mutations; i++)
        {
            Run(target, mutator.Next());
        }
    }

    [TestCaseSource(nameof(FuzzedTargets))]
    public void What_a_fuzzer_kept_is_accepted_or_refused_in_order_wherever_it_is_cut(string name)
    {
        var target = Array.Find(HttpTargets.All, target => target.Name == name)!;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", name + ".found.txt")))
        {
            Guard(target, line, () => target.Run(Escapes.ToBytes(line), Splits.Every));
        }
    }

    private static string[] Seeds(IFuzzTarget target)
    {
        var seeds = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Corpus", target.Name + ".txt"));
        Assert.That(seeds, Is.Not.Empty);
        return seeds;
    }

    private static void Run(IFuzzTarget target, string text) => Guard(target, text, () => target.Run(text));

    private static void Guard(IFuzzTarget target, string text, Action run)
    {
        try
        {
            run();
        }
        catch (Exception e)
        {
            Assert.Fail($"{target.Name}: \"{text}\" ({Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))}): {e}");
        }
    }
}
