using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Measures one selection of the strategies that draw, backends with weights 1 to 5.</summary>
public class DrawingStrategyBenchmarks
{
    private readonly RandomSource _random = new(1);
    private BackendSelector _selector = null!;

    /// <summary>Gets or sets how many backends there are.</summary>
    [Params(2, 100, 1000)]
    public int Backends { get; set; }

    /// <summary>Gets or sets the strategy.</summary>
    [Params(StrategyNames.Random, StrategyNames.PowerOfTwo, StrategyNames.LeastTime)]
    public string Strategy { get; set; } = "";

    [GlobalSetup]
    public void BuildSelector()
    {
        var strategy = StrategyRegistry.BuiltIn.Get(Strategy);
        var set = BenchmarkSets.Of(Backends, isWeighted: true);
        foreach (var backend in set.AsSpan())
        {
            backend.State.NoteFirstByte(_random.Next(10_000_000), Environment.TickCount64);
        }

        _selector = strategy.Create(set, new StrategyArguments(strategy.Parameters, new Dictionary<string, string>()), previous: null);
    }

    [Benchmark]
    public int Select()
    {
        var none = default(ExclusionSet);
        return _selector.Select(new SelectionContext(in none, _random));
    }
}
