using BenchmarkDotNet.Attributes;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Measures what each attempt pays for being counted, and what a sum over a cluster costs.</summary>
public class BackendStateBenchmarks
{
    private BackendState _state = null!;
    private InFlightView _view = null!;

    /// <summary>Gets or sets how many backends the cluster has.</summary>
    [Params(100, 1000, 10_000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void BuildState()
    {
        var set = BenchmarkSets.Of(Backends, isWeighted: false);
        _state = set[Backends / 2].State;
        _view = InFlightView.Of(set);
    }

    [Benchmark]
    public void ReserveAndRelease()
    {
        _state.TryReserve(int.MaxValue);
        _state.Release(failed: false);
    }

    [Benchmark]
    public int TotalInFlight() => _view.Total();
}
