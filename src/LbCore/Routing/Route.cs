using System;
using System.Collections.Generic;
using System.Text;

namespace LbCore.Routing;

/// <summary>Is one rule: which hosts and paths go to which cluster. Immutable.</summary>
internal sealed class Route
{
    private readonly byte[][] _hosts;
    private readonly byte[][] _suffixes;
    private readonly byte[] _prefix;
    private readonly bool _wantsPath;

    /// <param name="hosts">Names, or <c>*.name</c> for every name below one; none for any host.</param>
    /// <param name="pathPrefix">How the path begins, by whole segments; null for any path.</param>
    /// <param name="cluster">The name of the cluster that serves what matches.</param>
    public Route(IEnumerable<string> hosts, string? pathPrefix, string cluster)
    {
        var exact = new List<byte[]>();
        var suffixes = new List<byte[]>();
        foreach (var host in hosts)
        {
            if (host.StartsWith("*.", StringComparison.Ordinal))
            {
                suffixes.Add(Encoding.ASCII.GetBytes(host[1..]));
            }
            else
            {
                exact.Add(Encoding.ASCII.GetBytes(host));
            }
        }

        _hosts = [.. exact];
        _suffixes = [.. suffixes];

        // "/" and "/api/" end a segment themselves.
        _wantsPath = pathPrefix is not null;
        _prefix = Encoding.UTF8.GetBytes(pathPrefix?.TrimEnd('/') ?? "");
        Cluster = cluster;
    }

    /// <summary>Gets the name of the cluster.</summary>
    public string Cluster { get; }

    /// <summary>Returns whether a request is this route's.</summary>
    /// <param name="host">The host, without a port.</param>
    /// <param name="path">The path, without a query.</param>
    public bool Matches(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) => MatchesPath(path) && MatchesHost(host);

    private bool MatchesPath(ReadOnlySpan<byte> path) =>
        !_wantsPath || (path.StartsWith(_prefix) && (path.Length == _prefix.Length || path[_prefix.Length] == '/'));

    private bool MatchesHost(ReadOnlySpan<byte> host)
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
}
