using System;
using System.Collections.Generic;

namespace LbCore.Routing;

/// <summary>Finds the route of a request: the first one that takes it counts. Immutable; any thread.</summary>
internal sealed class RouteTable
{
    private readonly Route[] _routes;
    private readonly RouteFilter[] _filters;

    /// <param name="routes">The routes, in order.</param>
    /// <param name="otherwise">The cluster of whatever no route takes; null for none.</param>
    public RouteTable(IEnumerable<Route> routes, string? otherwise)
    {
        _routes = [.. routes];
        _filters = Array.ConvertAll(_routes, static route => new RouteFilter(route.Conditions));
        Otherwise = otherwise;
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
        var path = RouteFilter.PathStart(request.Path);
        var host = RouteFilter.HostStart(request.Host);
        var filters = _filters;
        for (var i = 0; i < filters.Length; i++)
        {
            if (filters[i].MayTake(path, host) && _routes[i].Conditions.Check(in request) == RouteMismatch.None)
            {
                return _routes[i];
            }
        }

        return null;
    }
}
