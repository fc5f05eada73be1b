using System;
using System.Collections.Generic;

namespace LbCore.Routing;

/// <summary>Leads requests to clusters: the first route that matches counts. Immutable; any thread.</summary>
internal sealed class RouteTable
{
    private readonly Route[] _routes;

    /// <param name="routes">The routes, in order.</param>
    /// <param name="otherwise">The cluster of whatever no route takes; null for none.</param>
    public RouteTable(IEnumerable<Route> routes, string? otherwise)
    {
        _routes = [.. routes];
        Otherwise = otherwise;
    }

    /// <summary>Gets the cluster of whatever no route takes; null for none.</summary>
    public string? Otherwise { get; }

    /// <summary>Returns the name of the cluster that serves a request, or null when none does.</summary>
    /// <param name="authority">The host as the request names it, maybe with a port.</param>
    /// <param name="target">The target's path and query.</param>
    public string? Find(ReadOnlySpan<byte> authority, ReadOnlySpan<byte> target)
    {
        if (_routes.Length == 0)
        {
            return Otherwise;
        }

        var host = HostOf(authority);
        var query = target.IndexOf((byte)'?');
        var path = query < 0 ? target : target[..query];
        foreach (var route in _routes)
        {
            if (route.Matches(host, path))
            {
                return route.Cluster;
            }
        }

        return Otherwise;
    }

    // An IPv6 address has colons of its own, in brackets; a name may end with the dot of the root.
    private static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> authority)
    {
        var colon = authority.LastIndexOf((byte)':');
        if (colon >= 0 && colon > authority.LastIndexOf((byte)']'))
        {
            authority = authority[..colon];
        }

        return authority.Length > 1 && authority[^1] == '.' ? authority[..^1] : authority;
    }
}
