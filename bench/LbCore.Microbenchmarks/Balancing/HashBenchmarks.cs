using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using BenchmarkDotNet.Attributes;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Measures one selection by a client's address, the hash of the address included, of clients that all differ.</summary>
public class HashBenchmarks
{
    private const int Clients = 1 << 14;

    private readonly RandomSource _random = new(1);
    private readonly SelectionInput[] _inputs = new SelectionInput[Clients];
    private BackendSelector _selector = null!;
    private ExclusionSet _first;
    private int _next;

    /// <summary>Gets or sets the strategy; "bounded" is consistent-hash with a balance factor.</summary>
    [Params("consistent-hash", "bounded", "rendezvous", "maglev", "ip-hash", "nginx")]
    public string Strategy { get; set; } = string.Empty;

    /// <summary>Gets or sets how many backends there are, with weights 1 to 4.</summary>
    [Params(2, 100, 1000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void BuildSelector()
    {
        var table = new InFlightTable();
        table.Begin(current: null, Backends);
        var set = new BackendSet([.. Enumerable.Range(1, Backends).Select(number =>
            new Backend($"b{number}", new IPEndPoint(IPAddress.Loopback, number), (number % 4) + 1, table.CreateState()))]);
        var (name, texts) = Strategy switch
        {
            "bounded" => (StrategyNames.ConsistentHash, new Dictionary<string, string> { ["balanceFactor"] = "1.25" }),
            "nginx" => (StrategyNames.IpHash, new Dictionary<string, string> { ["mode"] = "nginx" }),
            _ => (Strategy, []),
        };
        var strategy = StrategyRegistry.BuiltIn.Get(name);
        _selector = strategy.Create(set, new StrategyArguments(strategy.Parameters, texts), previous: null);
        for (var i = 0; i < _inputs.Length; i++)
        {
            _inputs[i] = new SelectionInput(new UInt128(0, 0xFFFF_0000_0000 | (_random.NextBits() >> 32)), 0, HasKey: true);
        }

        // As many in flight as would be with two for each unit of weight.
        foreach (var backend in set.AsSpan())
        {
            for (var i = 0; i < 2 * backend.Weight; i++)
            {
                backend.State.TryReserve(int.MaxValue);
            }
        }

        _first.Add(0);
    }

    [Benchmark]
    public int Select()
    {
        var none = default(ExclusionSet);
        return _selector.Select(new SelectionContext(in none, _random, in _inputs[_next++ % Clients]));
    }

    [Benchmark]
    public int SelectAgain() => _selector.Select(new SelectionContext(in _first, _random, in _inputs[_next++ % Clients]));
}
