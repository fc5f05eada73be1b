using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Transport;

namespace LbCore.Configuration;

/// <summary>Checks options as a whole and reports every error at once.</summary>
internal sealed partial class LbCoreOptionsValidator
{
    private const int MaxNameLength = 64;
    private const int MaxWeight = 256;
    private const int MinLogBuffer = 64 * 1024;
    private const int MaxLogBuffer = 256 * 1024 * 1024;

    // Two ticks of the loops' timers.
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);

    private readonly IStrategyCatalog _strategies;
    private readonly List<ConfigurationError> _errors = [];

    private LbCoreOptionsValidator(IStrategyCatalog strategies) => _strategies = strategies;

    /// <summary>Returns the errors of the options; none when they can be used.</summary>
    /// <param name="options">The options.</param>
    /// <param name="strategies">The strategies that exist.</param>
    /// <param name="isOwnAddress">Tells whether an address is one of this machine's.</param>
    public static IReadOnlyList<ConfigurationError> Validate(
        LbCoreOptions options, IStrategyCatalog strategies, Func<IPAddress, bool> isOwnAddress)
    {
        var validator = new LbCoreOptionsValidator(strategies);
        validator.CheckRoot(options);
        validator.CheckListeners(options);
        foreach (var (name, cluster) in options.Clusters)
        {
            validator.CheckCluster($"clusters.{name}", name, cluster);
        }

        validator.CheckStrategyKeys(options);

        // Names are looked up later, and their backends are checked then.
        validator._errors.AddRange(ForwardingCircles.Find(
            options,
            (cluster, backend) => LiteralEndPoint(options.Clusters[cluster].Backends[backend]),
            isOwnAddress));
        return validator._errors;
    }

    private void CheckRoot(LbCoreOptions options)
    {
        if (!Enum.IsDefined(options.Engine))
        {
            Add("engine", $"{(int)options.Engine} is no engine; use auto, epoll or managed");
        }

        if (options.Loops is { } loops)
        {
            CheckRange("loops", loops, 1, 256);
        }

        CheckRange("shutdownTimeout", options.ShutdownTimeout, TimeSpan.Zero, TimeSpan.FromDays(1));
        CheckAccessLog(options.AccessLog);
    }

    private void CheckAccessLog(AccessLogOptions log)
    {
        if (log.Path is { } path && (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal)))
        {
            Add("accessLog.path", $"'{path.Replace("\0", "\\0", StringComparison.Ordinal)}' is no path; write that of a file, or - for standard output, or leave accessLog out");
        }

        if (!Enum.IsDefined(log.Format))
        {
            Add("accessLog.format", $"{(int)log.Format} is no format; use combined or json");
        }

        if (log.BufferBytes is < MinLogBuffer or > MaxLogBuffer)
        {
            Add("accessLog.bufferBytes", $"{ByteSize.Format(log.BufferBytes)} is out of range; use {ByteSize.Format(MinLogBuffer)} to {ByteSize.Format(MaxLogBuffer)}");
        }
    }

    private void CheckListeners(LbCoreOptions options)
    {
        if (options.Listeners.Count == 0)
        {
            Add("listeners", "there is none; add one with an address and a cluster");
        }

        var taken = new List<(string Name, string Address, EndPoint EndPoint)>();
        foreach (var (name, listener) in options.Listeners)
        {
            var path = $"listeners.{name}";
            CheckName(path, name);
            if (listener is null)
            {
                Add(path, "it is null; set an address and a cluster");
                continue;
            }

            CheckListenAddress(path + ".address", name, listener.Address, taken);
            if (!Enum.IsDefined(listener.Mode))
            {
                Add(path + ".mode", $"{(int)listener.Mode} is no mode; set it to http or tcp");
            }

            CheckRoutes(path, listener, options.Clusters.Keys);
            CheckRange(path + ".maxConnections", listener.MaxConnections, 1, 1_000_000);
            CheckRange(path + ".maxConnectionsPerAddress", listener.MaxConnectionsPerAddress, 1, 1_000_000);
            CheckTimeouts(path + ".timeouts", listener.Timeouts);
            _errors.AddRange(ForwardedHeadersRules.Check(path, listener));
            CheckLimits(path + ".limits", listener.Limits);
        }
    }

    private void CheckRoutes(string path, ListenerOptions listener, ICollection<string> clusters)
    {
        if (listener.Mode == ListenerMode.Tcp && listener.Routes.Count > 0)
        {
            Add(path + ".routes", "connections have no hosts or paths to route by; use mode http, or name one cluster");
        }

        // With routes, a cluster for the rest is a choice.
        if (listener.Routes.Count == 0 || !string.IsNullOrEmpty(listener.Cluster))
        {
            CheckReference(path + ".cluster", listener.Cluster, clusters);
        }

        new RouteRules(Add, (at, cluster) => CheckReference(at, cluster, clusters)).Check(path + ".routes", listener.Routes);
    }

    private void CheckTimeouts(string path, ListenerTimeoutOptions timeouts)
    {
        CheckRange(path + ".idle", timeouts.Idle, ShortestTimeout, TimeSpan.FromDays(30));
        CheckRange(path + ".head", timeouts.Head, ShortestTimeout, TimeSpan.FromHours(1));
        CheckRange(path + ".body", timeouts.Body, ShortestTimeout, TimeSpan.FromDays(1));
        CheckRange(path + ".keepAlive", timeouts.KeepAlive, ShortestTimeout, TimeSpan.FromDays(1));
        CheckRange(path + ".halfClosed", timeouts.HalfClosed, ShortestTimeout, TimeSpan.FromDays(30));
        CheckRange(path + ".tunnel", timeouts.Tunnel, ShortestTimeout, TimeSpan.FromDays(30));
    }

    private void CheckListenAddress(string path, string name, string address, List<(string Name, string Address, EndPoint EndPoint)> taken)
    {
        if (string.IsNullOrEmpty(address))
        {
            Add(path, "it is missing; write ip:port, [v6]:port, *:port or unix:/path");
        }
        else if (!TransportAddress.TryParse(address, out var endPoint, out var error))
        {
            Add(path, error!);
        }
        else
        {
            var other = taken.Find(other => AddressOverlap.Collide(other.EndPoint, endPoint!));
            if (other.Name is not null)
            {
                Add(path, other.Address == address
                    ? $"'{address}' is the address of listener '{other.Name}' too; give each its own"
                    : $"'{address}' cannot be listened on beside '{other.Address}' of listener '{other.Name}', which overlaps it; "
                        + "give each its own, or keep one");
            }

            taken.Add((name, address, endPoint!));
        }
    }

    private void CheckCluster(string path, string name, ClusterOptions? cluster)
    {
        CheckName(path, name);
        if (cluster is null)
        {
            Add(path, "it is null; add backends");
            return;
        }

        CheckStrategy(path + ".strategy", cluster.Strategy);
        if (cluster.Backends.Count == 0)
        {
            Add(path + ".backends", "there is none; add one with its address");
        }

        foreach (var (backendName, backend) in cluster.Backends)
        {
            CheckBackend($"{path}.backends.{backendName}", backendName, backend);
        }

        CheckRange(path + ".timeouts.connect", cluster.Timeouts.Connect, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(5));
        CheckRange(path + ".timeouts.response", cluster.Timeouts.Response, ShortestTimeout, TimeSpan.FromDays(1));
        CheckRange(path + ".timeouts.responseBody", cluster.Timeouts.ResponseBody, ShortestTimeout, TimeSpan.FromDays(1));
        CheckRange(path + ".timeouts.idle", cluster.Timeouts.Idle, ShortestTimeout, TimeSpan.FromDays(1));
        CheckSize(path + ".limits.headBytes", cluster.Limits.HeadBytes, 1024, MaxHeadBytes);
        CheckRange(path + ".limits.headers", cluster.Limits.Headers, 1, 1000);
        CheckRange(path + ".retries.max", cluster.Retries.Max, 0, 100);
    }

    private void CheckBackend(string path, string name, BackendOptions? backend)
    {
        CheckName(path, name);
        if (backend is null)
        {
            Add(path, "it is null; set its address");
            return;
        }

        if (string.IsNullOrEmpty(backend.Address))
        {
            Add(path + ".address", "it is missing; write ip:port, [v6]:port, name:port or unix:/path");
        }
        else if (!BackendAddress.TryParse(backend.Address, out _, out var error))
        {
            Add(path + ".address", error!);
        }

        CheckRange(path + ".weight", backend.Weight, 0, MaxWeight);
        if (!Enum.IsDefined(backend.State))
        {
            Add(path + ".state", $"{(int)backend.State} is no state; use active, drain or down");
        }

        if (backend.MaxConnections is { } limit)
        {
            CheckRange(path + ".maxConnections", limit, 1, int.MaxValue);
        }
    }

    private void CheckReference(string path, string cluster, ICollection<string> clusters)
    {
        if (string.IsNullOrEmpty(cluster))
        {
            Add(path, "it is missing; name the cluster that serves this listener");
        }
        else if (!clusters.Contains(cluster))
        {
            Add(path, clusters.Count == 0
                ? $"there is no cluster '{cluster}', and no other either; add it to clusters"
                : $"there is no cluster '{cluster}'; use {Enumerate(clusters)}, or add it to clusters{Meant(cluster, clusters)}");
        }
    }

    private void CheckName(string path, string name)
    {
        if (name.Length is 0 or > MaxNameLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            Add(path, $"'{name}' is no name; use 1 to {MaxNameLength} letters, digits, '-', '_' or '.'");
        }
    }

    private void CheckRange(string path, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            Add(path, max == int.MaxValue ? $"{value} is out of range; use {min} or more" : $"{value} is out of range; use {min} to {max}");
        }
    }

    private void CheckRange(string path, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            Add(path, $"{Duration.Format(value)} is out of range; use {Duration.Format(min)} to {Duration.Format(max)}");
        }
    }

    private void Add(string path, string message) => _errors.Add(new ConfigurationError(path, message));

    private static EndPoint? LiteralEndPoint(BackendOptions? backend) =>
        backend?.Address is { } text && BackendAddress.TryParse(text, out var address, out _) ? address.EndPoint : null;

    private static string Meant(string? typed, IEnumerable<string> names) =>
        typed is not null && NearestName.Find(typed, names) is { } nearest ? $" (did you mean {nearest}?)" : "";

    private static string Enumerate(IEnumerable<string> names) => string.Join(" or ", names);
}
