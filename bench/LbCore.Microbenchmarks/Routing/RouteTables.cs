using System;
using System.Globalization;
using System.Linq;
using System.Text;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Microbenchmarks.Routing;

/// <summary>Makes tables of routes of which the last one takes the request, and finds it.</summary>
internal static class RouteTables
{
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public static byte[] Bytes(FormattableString text) => Encoding.ASCII.GetBytes(Text(text));

    public static RouteTable Create(int others, Func<int, RouteConditions> conditions, RouteConditions last) => new(
        Enumerable.Range(0, others).Select(i => new Route { Conditions = conditions(i), Cluster = "other" })
            .Append(new Route { Conditions = last, Cluster = "app" }),
        null);

    public static string Find(RouteTable table, byte[] bytes, RequestHead head)
    {
        var path = RouteRequest.PathOf(bytes, head);
        return PathNormalizer.IsPlain(path) ? table.Find(new RouteRequest(bytes, head, path))!.Cluster! : "";
    }
}
