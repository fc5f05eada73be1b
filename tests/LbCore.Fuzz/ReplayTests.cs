using System;
using System.Collections.Generic;
using System.IO;
using LbCore.Fuzz.Targets;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Fuzz;

/// <summary>The short run that belongs to every test run: all seeds, every prefix of them, and some thousand changed ones.</summary>
[TestFixture]
internal sealed class ReplayTests
{
    private const int Mutations = 20_000;

    private static IEnumerable<TestCaseData> Targets()
    {
        IFuzzTarget[] targets =
        [
            new ListenAddressTarget(), new BackendAddressTarget(), new DurationTarget(),
            new HeadTarget(isRequest: true), new HeadTarget(isRequest: false), new HeadWriterTarget(), new ChunkedTarget(),
        ];
        foreach (var target in targets)
        {
            yield return new TestCaseData(target).SetArgDisplayNames(target.Name);
        }
    }

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

    private static string[] Seeds(IFuzzTarget target)
    {
        var seeds = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Corpus", target.Name + ".txt"));
        Assert.That(seeds, Is.Not.Empty);
        return seeds;
    }

    private static void Run(IFuzzTarget target, string text)
    {
        try
        {
            target.Run(text);
        }
        catch (Exception e)
        {
            Assert.Fail($"{target.Name}: \"{text}\" ({Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))}): {e}");
        }
    }
}
