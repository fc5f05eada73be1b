using System;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Configuration;

/// <summary>Compares routes by what they take, without a request.</summary>
internal static class RouteOverlap
{
    /// <summary>Returns whether a route takes everything that a later one would. <see cref="RouteCovers"/> finds one that does.</summary>
    public static bool Covers(RouteOptions earlier, RouteOptions later) =>
        CoversPath(earlier, later) && CoversHosts(earlier.Hosts, later.Hosts) && CoversMethods(earlier.Methods, later.Methods)
        && earlier.Headers.All(asked => later.Headers.Any(other => Implies(other, asked)));

    /// <summary>
    /// Returns whether a redirect on the same host certainly comes to its own route: its path is a text, or begins with one
    /// and goes on with the request's.
    /// </summary>
    public static bool LeadsToItself(IList<RouteOptions> routes, int index, string to)
    {
        // A redirect may change the method, and set a cookie.
        var route = routes[index];
        if (route.Headers.Count > 0 || (route.Methods.Count > 0 && !route.Methods.Contains("GET")))
        {
            return false;
        }

        if (to is "{path}" or "{path}{query}")
        {
            return true;
        }

        var before = to.Split(["?", "#", "{query}"], 2, StringSplitOptions.None)[0];
        var mark = before.IndexOf('{', StringComparison.Ordinal);
        var path = mark < 0 ? before : before[..mark];
        if (!path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) || path.Contains("/.", StringComparison.Ordinal))
        {
            return false;
        }

        var earlier = routes.Take(index).OfType<RouteOptions>();
        return mark < 0 ? TakesPath(route, path) && !earlier.Any(other => TakesPath(other, path))
            : path.Length > 1 && IsPath(before[mark..], route) && route.Path is null && TakesPath(route, path)
                && !earlier.Any(other => TakesPath(other, path) || IsPrefix(path, other.Path ?? other.PathPrefix));
    }

    /// <summary>Returns whether a path begins with whole segments of another.</summary>
    public static bool IsPrefix(string prefix, string? path)
    {
        var whole = prefix.TrimEnd('/');
        return path is not null && path.StartsWith(whole, StringComparison.Ordinal) && (path.Length == whole.Length || path[whole.Length] == '/');
    }

    /// <summary>Returns the values of which a field must have one; none for any.</summary>
    public static List<string> ValuesOf(RouteHeaderOptions asked) => asked.Value is { } value ? [value] : [.. asked.Values];

    private static bool CoversPath(RouteOptions earlier, RouteOptions later) =>
        earlier.Path is not null ? earlier.PathPrefix is null && earlier.Path == later.Path
        : earlier.PathPrefix is null || IsPrefix(earlier.PathPrefix, later.Path ?? later.PathPrefix);

    private static bool CoversHosts(IList<string> earlier, IList<string> later) =>
        earlier.Count == 0 || (later.Count > 0 && later.All(host => earlier.Any(other => CoversHost(other, host))));

    private static bool CoversHost(string? earlier, string? later) =>
        earlier is not null && later is not null
        && (earlier.Equals(later, StringComparison.OrdinalIgnoreCase)
            || (earlier.StartsWith("*.", StringComparison.Ordinal) && later.EndsWith(earlier[1..], StringComparison.OrdinalIgnoreCase)));

    private static bool CoversMethods(IList<string> earlier, IList<string> later) =>
        earlier.Count == 0 || (later.Count > 0 && later.All(earlier.Contains));

    private static bool Implies(KeyValuePair<string, RouteHeaderOptions> later, KeyValuePair<string, RouteHeaderOptions> earlier)
    {
        if (later.Value is null || earlier.Value is null || later.Value.Is != earlier.Value.Is
            || !later.Key.Equals(earlier.Key, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var wanted = ValuesOf(earlier.Value);
        var narrower = ValuesOf(later.Value);
        return wanted.Count == 0 || (narrower.Count > 0 && narrower.All(wanted.Contains));
    }

    // Both begin with a slash, but for a rest that is empty: so what stands before them stays whole segments.
    private static bool IsPath(string text, RouteOptions route) =>
        text.StartsWith("{path}", StringComparison.Ordinal) || (route.PathPrefix is not null && text.StartsWith("{rest}", StringComparison.Ordinal));

    private static bool TakesPath(RouteOptions route, string path) =>
        route.Path is not null ? route.Path == path : route.PathPrefix is null || IsPrefix(route.PathPrefix, path);
}
