using System;
using BenchmarkDotNet.Attributes;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Microbenchmarks.Routing;

/// <summary>Measures how finding a route grows with the number of routes. The last one always takes the request.</summary>
public class RouteCountBenchmarks
{
    private readonly byte[] _bytes = "GET /service/items HTTP/1.1\r\nHost: www.example.com\r\nX-Env: beta\r\nAccept: */*\r\n\r\n"u8.ToArray();
    private readonly RequestHead _head = new();
    private RouteTable _exactHosts = null!;
    private RouteTable _wildcardHosts = null!;
    private RouteTable _prefixes = null!;
    private RouteTable _rest = null!;
    private RouteTable _fields = null!;

    [Params(1, 10, 100, 500, 5000)]
    public int Routes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        RequestParser.Parse(_bytes, _head, HeadLimits.Default);
        _exactHosts = Table(static i => new RouteConditions([RouteTables.Text($"h{i:d4}.example.com")]), new RouteConditions(["www.example.com"]));
        _wildcardHosts = Table(static i => new RouteConditions([RouteTables.Text($"*.h{i:d4}.com")]), new RouteConditions(["*.example.com"]));
        _prefixes = Table(static i => new RouteConditions([], RouteTables.Bytes($"/p{i:d4}/items")), new RouteConditions([], "/service"u8.ToArray()));
        _rest = Table(static i => new RouteConditions([RouteTables.Text($"h{i:d4}.example.com")], RouteTables.Bytes($"/p{i:d4}")), new RouteConditions([]));
        _fields = Table(
            static i => new RouteConditions([], headers: [HeaderCondition.OneOf("X-Env", [RouteTables.Text($"{i}")])]),
            new RouteConditions([], headers: [HeaderCondition.OneOf("X-Env", ["beta"])]));
    }

    [Benchmark]
    public string ExactHost() => Find(_exactHosts);

    [Benchmark]
    public string WildcardHost() => Find(_wildcardHosts);

    [Benchmark]
    public string PathPrefix() => Find(_prefixes);

    [Benchmark]
    public string Rest() => Find(_rest);

    [Benchmark]
    public string Field() => Find(_fields);

    private RouteTable Table(Func<int, RouteConditions> others, RouteConditions last) => RouteTables.Create(Routes - 1, others, last);

    private string Find(RouteTable table) => RouteTables.Find(table, _bytes, _head);
}
