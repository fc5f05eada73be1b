using System;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Routing;

/// <summary>Finds the route of a request: the first one that takes it counts. Immutable; any thread.</summary>
internal sealed class RouteTable
{
    private readonly Route[] _routes;

    // Routes for certain hosts are found by the request's; the others may take any request.
    private readonly Dictionary<byte[], RouteGroup>.AlternateLookup<ReadOnlySpan<byte>> _hosts;
    private readonly RouteGroup _others;
    private readonly int _longestHost;

    /// <param name="routes">The routes, in order.</param>
    /// <param name="otherwise">The cluster of whatever no route takes; null for none.</param>
    public RouteTable(IEnumerable<Route> routes, string? otherwise)
    {
        _routes = [.. routes];
        Otherwise = otherwise;
        var hosts = new Dictionary<byte[], List<int>>(new HostComparer());
        var others = new List<int>();
        for (var i = 0; i < _routes.Length; i++)
        {
            foreach (var host in _routes[i].Conditions.OnlyHosts)
            {
                if (!hosts.TryGetValue(host, out var places))
                {
                    hosts.Add(host, places = []);
                }

                places.Add(i);
            }

            if (_routes[i].Conditions.OnlyHosts.IsEmpty)
            {
                others.Add(i);
            }
        }

        _others = new RouteGroup(_routes, others);
        _longestHost = hosts.Keys.Select(static host => host.Length).DefaultIfEmpty(-1).Max();
        _hosts = hosts.ToDictionary(static host => host.Key, host => new RouteGroup(_routes, host.Value), hosts.Comparer)
            .GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Gets the cluster of whatever no route takes; null for none.</summary>
    public string? Otherwise { get; }

    /// <summary>Gets the routes, in order.</summary>
    public ReadOnlySpan<Route> Routes => _routes;

    /// <summary>Gets whether there is no route, and nothing of a request matters.</summary>
    public bool IsEmpty => _routes.Length == 0;

    /// <summary>Returns the route that a request takes; null when no route takes it.</summary>
    public Route? Find(in RouteRequest request)
    {
        var path = RouteFilter.StartOf(request.Path);
        var ours = GroupOf(request.Host);
        var others = _others;
        var our = 0;
        var other = 0;
        while (our < ours.Count || other < others.Count)
        {
            // In turns, as far as the other group's next route: the table's order counts.
            if ((ours.Find(in request, path, ref our, others.PlaceOf(other)) ?? others.Find(in request, path, ref other, ours.PlaceOf(our))) is { } route)
            {
                return route;
            }
        }

        return null;
    }

    private RouteGroup GroupOf(ReadOnlySpan<byte> host) =>
        host.Length <= _longestHost && _hosts.TryGetValue(host, out var group) ? group : RouteGroup.Empty;
}
