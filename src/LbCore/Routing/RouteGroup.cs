using System.Collections.Generic;

namespace LbCore.Routing;

/// <summary>Some of a table's routes, in its order. Immutable; any thread.</summary>
internal sealed class RouteGroup
{
    private readonly Route[] _routes;
    private readonly RouteFilter[] _filters;
    private readonly int[] _places;

    /// <param name="routes">The table's routes.</param>
    /// <param name="places">Which of them belong to the group, in ascending order.</param>
    public RouteGroup(Route[] routes, List<int> places)
    {
        _places = [.. places];
        _routes = [.. places.ConvertAll(place => routes[place])];
        _filters = [.. places.ConvertAll(place => new RouteFilter(routes[place].Conditions))];
    }

    public static RouteGroup Empty { get; } = new([], []);

    public int Count => _routes.Length;

    /// <summary>Returns the place in the table of one of the routes; beyond every table behind the last one.</summary>
    public int PlaceOf(int index) => index < _places.Length ? _places[index] : int.MaxValue;

    /// <summary>Returns the first route that takes a request, from an index on and before a place in the table; null when there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pathStart">How its path begins.</param>
    /// <param name="index">The index; it moves on to the first route that is not before the place.</param>
    /// <param name="place">The place.</param>
    public Route? Find(in RouteRequest request, ulong pathStart, ref int index, int place)
    {
        var filters = _filters;
        var places = _places;
        for (var i = index; i < filters.Length && i < places.Length; i++)
        {
            if (places[i] >= place)
            {
                index = i;
                return null;
            }

            if (filters[i].MayTake(pathStart) && _routes[i].Conditions.Check(in request) == RouteMismatch.None)
            {
                return _routes[i];
            }
        }

        index = filters.Length;
        return null;
    }
}
