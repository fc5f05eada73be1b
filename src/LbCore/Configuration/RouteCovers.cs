using System;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Configuration;

/// <summary>
/// Finds, among the routes so far, the first one that takes everything that another would. Routes are told apart by the path,
/// a host and a field that such a route must share, so thousands of them need not be compared with each other.
/// </summary>
internal sealed class RouteCovers
{
    // What a path, a host and the name of a field never are.
    private const string Any = "";

    private readonly Dictionary<Key, List<(int Index, RouteOptions Route)>> _routes = [];

    /// <summary>Adds a route, which comes behind those that were added before.</summary>
    public void Add(int index, RouteOptions route)
    {
        if (route.Path is not null && route.PathPrefix is not null)
        {
            return;
        }

        var path = route.Path ?? (route.PathPrefix is { } prefix ? PrefixOf(prefix) : Any);
        var field = FieldOf(route);
        foreach (var host in HostsOf(route).Distinct())
        {
            var key = new Key(path, host, field);
            if (!_routes.TryGetValue(key, out var routes))
            {
                _routes.Add(key, routes = []);
            }

            routes.Add((index, route));
        }
    }

    /// <summary>Returns the index of the first route that takes everything that another one would; -1 when there is none.</summary>
    public int Find(RouteOptions route)
    {
        var first = int.MaxValue;
        var paths = PathsAbove(route);
        var fields = FieldsOf(route);
        foreach (var host in HostsAbove(route))
        {
            foreach (var path in paths)
            {
                foreach (var field in fields)
                {
                    if (_routes.TryGetValue(new Key(path, host, field), out var routes))
                    {
                        first = Math.Min(first, FindIn(routes, route, first));
                    }
                }
            }
        }

        return first == int.MaxValue ? -1 : first;
    }

    private static int FindIn(List<(int Index, RouteOptions Route)> routes, RouteOptions route, int before)
    {
        foreach (var (index, earlier) in routes)
        {
            if (index >= before)
            {
                break;
            }

            if (RouteOverlap.Covers(earlier, route))
            {
                return index;
            }
        }

        return before;
    }

    // A whole path begins with a slash, and a prefix here with a star, which no path does.
    private static string PrefixOf(string prefix) => "*" + prefix.TrimEnd('/');

    private static List<string> PathsAbove(RouteOptions route)
    {
        List<string> paths = [Any];
        if (route.Path is not null)
        {
            paths.Add(route.Path);
        }

        if ((route.Path ?? route.PathPrefix) is { } path)
        {
            paths.Add("*" + path);
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                paths.Add("*" + path[..slash]);
            }
        }

        return paths;
    }

    private static IEnumerable<string> HostsOf(RouteOptions route) =>
        route.Hosts.Count == 0 ? [Any] : route.Hosts.Where(static host => host is not null).Select(static host => host.ToUpperInvariant());

    // Whatever covers all hosts covers the first one.
    private static List<string> HostsAbove(RouteOptions route)
    {
        List<string> hosts = [Any];
        if (route.Hosts.Count > 0 && route.Hosts[0]?.ToUpperInvariant() is { } host)
        {
            hosts.Add(host);
            for (var dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
            {
                hosts.Add("*" + host[dot..]);
            }
        }

        return hosts;
    }

    // A field that must have one value says most. Whatever has less than that, the names tell apart.
    private static string FieldOf(RouteOptions route)
    {
        foreach (var (name, asked) in route.Headers)
        {
            if (asked is not null && RouteOverlap.ValuesOf(asked) is [var value])
            {
                return NameAndValue(name, value);
            }
        }

        return route.Headers.Count == 0 ? Any : route.Headers.First().Key.ToUpperInvariant();
    }

    private static List<string> FieldsOf(RouteOptions route)
    {
        List<string> fields = [Any];
        foreach (var (name, asked) in route.Headers)
        {
            fields.Add(name.ToUpperInvariant());
            if (asked is not null && RouteOverlap.ValuesOf(asked) is [var value, ..])
            {
                fields.Add(NameAndValue(name, value));
            }
        }

        return fields;
    }

    private static string NameAndValue(string name, string value) => name.ToUpperInvariant() + ":" + value;

    private readonly record struct Key(string Path, string Host, string Field);
}
