using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Routing;

/// <summary>Is what a route asks of a request. What is left out is met by every request. Immutable; any thread.</summary>
internal sealed class RouteConditions
{
    private readonly byte[][] _hosts;
    private readonly byte[][] _suffixes;
    private readonly byte[][] _methods;
    private readonly HeaderCondition[] _headers;
    private readonly byte[] _path;
    private readonly bool _wantsPath;
    private readonly bool _isExact;

    /// <param name="hosts">Names, or <c>*.name</c> for every name below one; none for any host.</param>
    /// <param name="pathPrefix">How the path begins, by whole segments and in its normal form; null for any path.</param>
    /// <param name="path">The whole path, in its normal form; null for any. Not beside a prefix.</param>
    /// <param name="methods">The methods; none for any.</param>
    /// <param name="headers">What is asked of fields, all of it.</param>
    public RouteConditions(
        IEnumerable<string> hosts,
        byte[]? pathPrefix = null,
        byte[]? path = null,
        IEnumerable<string>? methods = null,
        IEnumerable<HeaderCondition>? headers = null)
    {
        var names = hosts.ToList();
        _hosts = [.. names.Where(static name => !IsWildcard(name)).Select(Encoding.ASCII.GetBytes)];
        _suffixes = [.. names.Where(IsWildcard).Select(static name => Encoding.ASCII.GetBytes(name[1..]))];
        _methods = [.. (methods ?? []).Select(Encoding.ASCII.GetBytes)];
        _headers = [.. headers ?? []];
        _wantsPath = pathPrefix is not null || path is not null;
        _isExact = path is not null;

        // "/" and "/api/" end a segment themselves.
        _path = path ?? pathPrefix.AsSpan().TrimEnd((byte)'/').ToArray();
    }

    /// <summary>Gets the hosts when no other may be met; none when there is a wildcard, or any host will do.</summary>
    public ReadOnlySpan<byte[]> OnlyHosts => _suffixes.Length == 0 ? _hosts : [];

    /// <summary>Gets what the path begins with, or is.</summary>
    public ReadOnlySpan<byte> Path => _path;

    /// <summary>Gets whether <see cref="Path"/> is the whole path.</summary>
    public bool IsExactPath => _isExact;

    /// <summary>Returns what of a request is not as it is asked for. The cheapest questions come first.</summary>
    public RouteMismatch Check(in RouteRequest request) =>
        !TakesPath(request.Path) ? RouteMismatch.Path
        : !TakesHost(request.Host) ? RouteMismatch.Host
        : !TakesMethod(in request) ? RouteMismatch.Method
        : FindUnmetHeader(in request) is not null ? RouteMismatch.Header
        : RouteMismatch.None;

    /// <summary>Returns the first field that is not as it is asked for; null when all are.</summary>
    public HeaderCondition? FindUnmetHeader(in RouteRequest request)
    {
        foreach (var header in _headers)
        {
            if (!header.IsMet(request.Bytes, request.Head))
            {
                return header;
            }
        }

        return null;
    }

    private static bool IsWildcard(string host) => host.StartsWith("*.", StringComparison.Ordinal);

    private bool TakesPath(ReadOnlySpan<byte> path) =>
        !_wantsPath
        || (path.StartsWith(_path) && (path.Length == _path.Length ? path.Length > 0 : !_isExact && path[_path.Length] == '/'));

    private bool TakesHost(ReadOnlySpan<byte> host)
    {
        if (_hosts.Length == 0 && _suffixes.Length == 0)
        {
            return true;
        }

        foreach (var name in _hosts)
        {
            if (Ascii.EqualsIgnoreCase(host, name))
            {
                return true;
            }
        }

        foreach (var suffix in _suffixes)
        {
            if (host.Length > suffix.Length && Ascii.EqualsIgnoreCase(host[^suffix.Length..], suffix))
            {
                return true;
            }
        }

        return false;
    }

    private bool TakesMethod(in RouteRequest request)
    {
        if (_methods.Length == 0)
        {
            return true;
        }

        var method = request.Head.MethodOf(request.Bytes);
        foreach (var name in _methods)
        {
            if (method.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
