using System.Linq;
using System.Net;
using BenchmarkDotNet.Attributes;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Measures one selection, first and with a backend that failed already.</summary>
public class RoundRobinBenchmarks
{
    private BackendSelector _selector = null!;
    private readonly RandomSource _random = new(1);
    private ExclusionSet _first;

    /// <summary>Gets or sets how many backends there are, with weights 1, 2, 3 and so on.</summary>
    [Params(2, 100)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void BuildSelector()
    {
        var backends = Enumerable.Range(1, Backends).Select(number => new Backend($"b{number}", new IPEndPoint(IPAddress.Loopback, number), number, new BackendState()));
        _selector = new RoundRobinStrategy(StrategyNames.RoundRobin).Create(new BackendSet([.. backends]), StrategyArguments.None, previous: null);
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
