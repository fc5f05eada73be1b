using BenchmarkDotNet.Attributes;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Measures one selection, first and with a backend that failed already, and the building of the cycle.</summary>
public class RoundRobinBenchmarks
{
    private readonly RandomSource _random = new(1);
    private BackendSet _set = null!;
    private BackendSelector _selector = null!;
    private ExclusionSet _first;

    /// <summary>Gets or sets how many backends there are, with weights 1 to 5.</summary>
    [Params(2, 100, 1000, 10_000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void BuildSelector()
    {
        _set = BenchmarkSets.Of(Backends, isWeighted: true);
        _selector = new RoundRobinStrategy(StrategyNames.RoundRobin).Create(_set, StrategyArguments.None, previous: null);
        _first.Add(0);
    }

    [Benchmark]
    public int Select()
    {
        var none = default(ExclusionSet);
        return _selector.Select(new SelectionContext(in none, _random));
    }

    [Benchmark]
    public int SelectAgain() => _selector.Select(new SelectionContext(in _first, _random));
}
