using System.Collections.Generic;
using LbCore.Balancing;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

/// <summary>Holds the strategies that draw or go by load to what holds for every one.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SelectorRulesTests
{
    private static IEnumerable<IBalancingStrategy> Strategies =>
        [new RandomStrategy(), new PowerOfTwoStrategy(), new LeastConnectionsStrategy(), new LeastTimeStrategy()];

    [TestCaseSource(nameof(Strategies))]
    public void What_is_excluded_is_never_chosen_and_nothing_is_when_all_are(IBalancingStrategy strategy) => SelectorRules.AssertExclusionsHold(strategy);

    [TestCaseSource(nameof(Strategies))]
    public void Any_number_of_backends_is_served(IBalancingStrategy strategy) => SelectorRules.AssertAnyCountWorks(strategy);

    [TestCaseSource(nameof(Strategies))]
    public void Selecting_allocates_nothing(IBalancingStrategy strategy) => SelectorRules.AssertAllocatesNothing(strategy);
}
