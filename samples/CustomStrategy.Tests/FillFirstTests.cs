using LbCore.Balancing;
using LbCore.Testing;
using NUnit.Framework;

namespace CustomStrategy.Tests;

/// <summary>What is asked of every strategy, and what this one does.</summary>
internal sealed class FillFirstTests : StrategyContractTests
{
    protected override IBalancingStrategy CreateStrategy() => new FillFirst();

    [Test]
    public void A_backend_is_filled_before_the_next_is_used()
    {
        var set = TestBackends.Create(1, 2);
        var selector = new FillFirst().Create(set, new StrategyArguments(new FillFirst().Parameters, Parameters), previous: null);
        var selection = new TestSelection();
        Assert.That(selection.Select(selector), Is.EqualTo(0));

        TestBackends.SetInFlight(set[0], 8);
        Assert.That(selection.Select(selector), Is.EqualTo(1));

        TestBackends.SetInFlight(set[1], 16);
        Assert.That(selection.Select(selector), Is.EqualTo(0), "both are filled: the least for its weight, the first of equals");
        TestBackends.SetInFlight(set[0], 9);
        Assert.That(selection.Select(selector), Is.EqualTo(1));
    }
}
