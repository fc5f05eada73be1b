using System;
using System.Globalization;
using System.Linq;
using System.Text;
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
        _paths = Table(499, static i => new RouteConditions([], Encoding.ASCII.GetBytes(Text($"/p{i:d3}/items"))));
        _hosts = Table(499, static i => new RouteConditions([Text($"h{i:d3}.example.com")]));
        _fields = Table(499, static i => new RouteConditions([], headers: [HeaderCondition.OneOf("X-Env", [Text($"{i}")])]));
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

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static RouteTable Table(int others, Func<int, RouteConditions> conditions) => new(
        Enumerable.Range(0, others).Select(i => new Route { Conditions = conditions(i), Cluster = "other" })
            .Append(new Route { Conditions = new RouteConditions(["www.example.com"], "/service"u8.ToArray()), Cluster = "app" }),
        null);

    private string Find(RouteTable table)
    {
        var path = RouteRequest.PathOf(_bytes, _head);
        return PathNormalizer.IsPlain(path) ? table.Find(new RouteRequest(_bytes, _head, path))!.Cluster! : "";
    }
}
