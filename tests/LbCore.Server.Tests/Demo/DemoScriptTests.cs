using System;
using System.Linq;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class DemoScriptTests
{
    private static readonly (string, string)[] Casts = [("b", "c"), ("c", "a")];

    [TestCase(1)]
    [TestCase(5)]
    [TestCase(15)]
    [TestCase(31)]
    [TestCase(86_400)]
    public void Everything_happens_within_any_duration(int seconds)
    {
        var duration = TimeSpan.FromSeconds(seconds);

        var steps = new DemoScript(duration, Casts).Steps().ToList();

        Assert.That(steps.Select(static step => step.Action).Distinct(), Is.EquivalentTo(Enum.GetValues<DemoAction>()));
        Assert.That(steps.Select(static step => step.At), Is.Ordered.And.All.LessThan(duration));
        Assert.That(steps.Count % 4, Is.Zero);
    }

    [Test]
    public void Fifteen_seconds_are_one_cycle() => Assert.That(
        new DemoScript(TimeSpan.FromSeconds(15), Casts).Steps().Select(static step => (step.At.TotalSeconds, step.Action, step.Backend)),
        Is.EqualTo(new[]
        {
            (2.25, DemoAction.Dies, "b"),
            (6, DemoAction.ComesBack, "b"),
            (8.25, DemoAction.IsDrained, "c"),
            (12, DemoAction.IsUndrained, "c"),
        }));

    [Test]
    public void Without_a_duration_it_goes_on_and_the_cast_changes()
    {
        var deaths = new DemoScript(null, Casts).Steps().Where(static step => step.Action == DemoAction.Dies).Take(5).ToList();

        Assert.That(deaths.Select(static step => step.Backend), Is.EqualTo(new[] { "b", "c", "b", "c", "b" }));
        Assert.That(deaths[4].At - deaths[0].At, Is.EqualTo(4 * DemoScript.UsualCycle));
    }
}
