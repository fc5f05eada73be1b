using System;
using BenchmarkDotNet.Attributes;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Microbenchmarks.Routing;

/// <summary>Measures finding the last of many routes, which is the dearest, and bringing a path into its normal form.</summary>
public class RouteTableBenchmarks
{
    private readonly byte[] _bytes = "GET /service/items?x=1 HTTP/1.1\r\nHost: www.example.com\r\nX-Env: beta\r\nAccept: */*\r\n\r\n"u8.ToArray();
    private readonly byte[] _unusual = "/service/./caf%c3%a9//%69tems/of/the/day.html"u8.ToArray();
    private readonly byte[] _normal = new byte[64];
    private readonly RequestHead _head = new();
    private readonly RouteTable _one;
    private readonly RouteTable _paths;
    private readonly RouteTable _hosts;
    private readonly RouteTable _fields;

    public RouteTableBenchmarks()
    {
        RequestParser.Parse(_bytes, _head, HeadLimits.Default);
        _one = Table(0, static i => new RouteConditions([]));
        _paths = Table(499, static i => new RouteConditions([], RouteTables.Bytes($"/p{i:d3}/items")));
        _hosts = Table(499, static i => new RouteConditions([RouteTables.Text($"h{i:d3}.example.com")]));
        _fields = Table(499, static i => new RouteConditions([], headers: [HeaderCondition.OneOf("X-Env", [RouteTables.Text($"{i}")])]));
    }

    [Benchmark]
    public string OneRoute() => Find(_one);

    [Benchmark]
    public string LastOf500ByPath() => Find(_paths);

    [Benchmark]
    public string LastOf500ByHost() => Find(_hosts);

    [Benchmark]
    public string LastOf500ByField() => Find(_fields);

    [Benchmark]
    public int NormalizeUnusualPath()
    {
        PathNormalizer.Normalize(_unusual, _normal, out var length);
        return length;
    }

    private static RouteTable Table(int others, Func<int, RouteConditions> conditions) =>
        RouteTables.Create(others, conditions, new RouteConditions(["www.example.com"], "/service"u8.ToArray()));

    private string Find(RouteTable table) => RouteTables.Find(table, _bytes, _head);
}
