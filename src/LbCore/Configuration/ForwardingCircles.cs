using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Transport;

namespace LbCore.Configuration;

/// <summary>
/// Finds backends through which a connection comes back to the cluster that it left: cluster, backend, listener, cluster.
/// One connection would take descriptors until there are none. A cluster that no listener leads to is in no circle,
/// whatever its backends are: nothing ever enters it.
/// </summary>
internal sealed class ForwardingCircles
{
    private readonly List<Step> _steps = [];

    private ForwardingCircles(
        LbCoreOptions options, Func<string, string, EndPoint?> endPointOf, Func<IPAddress, bool> isOwnAddress)
    {
        var listeners = new List<(string Name, EndPoint EndPoint, string Cluster)>();
        foreach (var (name, listener) in options.Listeners)
        {
            if (listener is not { Address: { } address } || !TransportAddress.TryParse(address, out var endPoint, out _))
            {
                continue;
            }

            foreach (var cluster in listener.Routes.Select(static route => route?.Cluster).Append(listener.Cluster).Distinct())
            {
                if (!string.IsNullOrEmpty(cluster))
                {
                    listeners.Add((name, endPoint!, cluster));
                }
            }
        }

        foreach (var (clusterName, cluster) in options.Clusters)
        {
            foreach (var (backendName, backend) in cluster?.Backends ?? Enumerable.Empty<KeyValuePair<string, BackendOptions>>())
            {
                if (endPointOf(clusterName, backendName) is not { } dialled)
                {
                    continue;
                }

                var reached = listeners.Where(listener => AddressOverlap.Reaches(dialled, listener.EndPoint, isOwnAddress));
                _steps.AddRange(reached.Select(
                    listener => new Step(clusterName, backendName, backend.Address, dialled, listener.Name, listener.EndPoint, listener.Cluster)));
            }
        }
    }

    /// <summary>Returns an error for each backend that is part of a circle.</summary>
    /// <param name="options">The options; what is wrong with them otherwise is passed over.</param>
    /// <param name="endPointOf">Returns where the backend of a cluster is, by their names; null when that is not known.</param>
    /// <param name="isOwnAddress">Tells whether an address is one of this machine's.</param>
    public static IEnumerable<ConfigurationError> Find(
        LbCoreOptions options, Func<string, string, EndPoint?> endPointOf, Func<IPAddress, bool> isOwnAddress)
    {
        var circles = new ForwardingCircles(options, endPointOf, isOwnAddress);
        return from step in circles._steps
               let wayBack = circles.FindWay(step.Target, step.Cluster)
               where wayBack is not null
               select new ConfigurationError(step.Path, Describe(step, wayBack));
    }

    /// <summary>Returns the shortest way from one cluster to another, breadth first; empty when they are the same, null when there is none.</summary>
    private List<Step>? FindWay(string from, string to)
    {
        var ways = new Dictionary<string, List<Step>>(StringComparer.Ordinal) { [from] = [] };
        var open = new Queue<string>([from]);
        while (!ways.ContainsKey(to) && open.TryDequeue(out var cluster))
        {
            foreach (var step in _steps.Where(step => step.Cluster == cluster))
            {
                if (ways.TryAdd(step.Target, [.. ways[cluster], step]))
                {
                    open.Enqueue(step.Target);
                }
            }
        }

        return ways.GetValueOrDefault(to);
    }

    private static string Describe(Step step, List<Step> wayBack)
    {
        var dialled = TransportAddress.Format(step.Dialled);
        var address = dialled == step.Written ? $"'{step.Written}'" : $"'{step.Written}' ({dialled})";
        var bound = TransportAddress.Format(step.Bound);
        var over = wayBack.Count == 0 ? "" : $", over {string.Join(", ", wayBack.Select(static next => next.Path))}";
        return $"{address} leads to listener '{step.Listener}' of this balancer ({bound}), and from there back to this cluster{over}: "
            + "connections would go round in a circle; write the address of another server, or change the listener's";
    }

    /// <summary>One step of a connection: out of a cluster, by a backend that is a listener of ours, into that one's cluster.</summary>
    private sealed record Step(
        string Cluster, string Backend, string Written, EndPoint Dialled, string Listener, EndPoint Bound, string Target)
    {
        public string Path => $"clusters.{Cluster}.backends.{Backend}.address";
    }
}
