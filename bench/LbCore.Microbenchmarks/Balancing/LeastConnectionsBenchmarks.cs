using BenchmarkDotNet.Attributes;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Measures one selection among all backends; what is held changes with each, as it does under load.</summary>
public class LeastConnectionsBenchmarks
{
    private const int Held = 64;

    private readonly RandomSource _random = new(1);
    private readonly Backend?[] _held = new Backend?[Held];
    private BackendSelector _selector = null!;
    private int _next;

    /// <summary>Gets or sets how many backends there are.</summary>
    [Params(2, 100, 1000, 10_000)]
    public int Backends { get; set; }

    /// <summary>Gets or sets whether they have weights 1 to 5.</summary>
    [Params(false, true)]
    public bool Weighted { get; set; }

    [GlobalSetup]
    public void BuildSelector()
    {
        var set = BenchmarkSets.Of(Backends, Weighted);
        _selector = new LeastConnectionsStrategy().Create(set, StrategyArguments.None, previous: null);
    }

    /// <summary>Measures the choice while nothing changes.</summary>
    [Benchmark]
    public int Select()
    {
        var none = default(ExclusionSet);
        return _selector.Select(new SelectionContext(in none, _random));
    }

    /// <summary>Measures the choice with its reservation, and the release of the one 64 choices ago.</summary>
    [Benchmark]
    public int SelectAndHold()
    {
        var none = default(ExclusionSet);
        var index = _selector.Select(new SelectionContext(in none, _random));
        ref var place = ref _held[_next++ % Held];
        place?.State.Release(failed: false);
        place = _selector.Set[index];
        place.TryReserve();
        return index;
    }
}
