using System;
using System.Collections.Generic;
using System.Linq;
using LbCore.Balancing;
using LbCore.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

/// <summary>Holds the strategies that are built in to what is asked of everybody's.</summary>
[TestFixtureSource(nameof(Strategies))]
[Parallelizable(ParallelScope.All)]
internal sealed class BuiltInStrategyTests(string name, string parameters) : StrategyContractTests
{
    protected override IReadOnlyDictionary<string, string> Parameters { get; } = parameters
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pair => pair.Split('='))
        .ToDictionary(static pair => pair[0], static pair => pair[1]);

    private static IEnumerable<TestFixtureData> Strategies =>
    [
        .. StrategyRegistry.BuiltIn.Names.Select(static name => new TestFixtureData(name, "")),
        new(StrategyNames.IpHash, "mode=nginx"),
        new(StrategyNames.IpHash, "ipv4Prefix=28"),
        new(StrategyNames.ConsistentHash, "key=path"),
        new(StrategyNames.ConsistentHash, "key=header:X-User balanceFactor=1.25 pointsPerWeight=3"),
        new(StrategyNames.Rendezvous, "key=cookie:id"),
        new(StrategyNames.Maglev, "key=query:id tableSize=101"),
        new(StrategyNames.LeastTime, "decay=1s choices=4"),
    ];

    protected override IBalancingStrategy CreateStrategy() => StrategyRegistry.BuiltIn.Get(name);
}
