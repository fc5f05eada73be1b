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
    [Params(StrategyNames.Random, StrategyNames.PowerOfTwo)]
    public string Strategy { get; set; } = "";

    [GlobalSetup]
    public void BuildSelector()
    {
        _selector = StrategyRegistry.BuiltIn.Get(Strategy).Create(BenchmarkSets.Of(Backends, isWeighted: true), StrategyArguments.None, previous: null);
    }

    [Benchmark]
    public int Select()
    {
        var none = default(ExclusionSet);
        return _selector.Select(new SelectionContext(in none, _random));
    }
}
