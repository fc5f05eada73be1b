using System;
using System.Collections.Generic;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Hosting;

/// <summary>Builds the immutable snapshot from validated options.</summary>
internal static class TopologyBuilder
{
    /// <param name="options">Options that passed validation.</param>
    /// <param name="endPoints">The resolved address of every backend.</param>
    /// <param name="strategies">The strategies that the options name.</param>
    /// <param name="previous">The snapshot to be replaced: live figures and positions carry over.</param>
    public static TopologySnapshot Build(
        LbCoreOptions options, ResolvedBackends endPoints, StrategyRegistry strategies, TopologySnapshot previous)
    {
        var clusters = new List<Cluster>(options.Clusters.Count);
        foreach (var (name, cluster) in options.Clusters)
        {
            var replaced = previous.FindCluster(name);
            var inFlight = replaced?.InFlight ?? new InFlightTable();
            var set = BuildSet(name, cluster, endPoints, replaced, inFlight);
            var strategy = strategies.Get(cluster.Strategy.Type);
            var arguments = StrategyCatalog.ArgumentsOf(strategy, cluster.Strategy);
            clusters.Add(new Cluster
            {
                Name = name,
                Backends = set,
                InFlight = inFlight,
                Selector = CreateSelector(name, strategy, set, arguments, replaced?.Selector),
                Key = strategy.KeyOf(arguments),
                MeasuresFirstByte = strategy.MeasuresFirstByte,
                Dial = new DialOptions { Timeout = cluster.Timeouts.Connect },
                ResponseMilliseconds = (long)cluster.Timeouts.Response.TotalMilliseconds,
                ResponseBodyMilliseconds = (long)cluster.Timeouts.ResponseBody.TotalMilliseconds,
                IdleTimeout = cluster.Timeouts.Idle,
                MaxAttempts = cluster.Retries.Max + 1,
            });
        }

        return new TopologySnapshot(clusters);
    }

    // Strategies may be others' code.
    private static BackendSelector CreateSelector(
        string cluster, IBalancingStrategy strategy, BackendSet set, StrategyArguments arguments, BackendSelector? previous)
    {
        BackendSelector? selector;
        try
        {
            selector = strategy.Create(set, arguments, previous);
        }
        catch (Exception e)
        {
            throw new LbCoreConfigurationException([Wrong($"could not build a selector: {e.Message}")], e);
        }

        return selector is null ? throw new LbCoreConfigurationException([Wrong("has built no selector; return one from Create")])
            : !ReferenceEquals(selector.Set, set) ? throw new LbCoreConfigurationException([Wrong("has built a selector of another set; give it the set that Create is given")])
            : selector;

        ConfigurationError Wrong(string what) => new($"clusters.{cluster}.strategy", $"the strategy '{strategy.Name}' {what}");
    }

    public static Listener BuildListener(string name, ListenerOptions options, TopologySnapshot snapshot) => new()
    {
        Name = name,
        Snapshot = snapshot,
        Routes = RouteBuilder.Build(options),
        MaxConnectionsPerAddress = options.MaxConnectionsPerAddress,
        HeadMilliseconds = (long)options.Timeouts.Head.TotalMilliseconds,
        BodyMilliseconds = (long)options.Timeouts.Body.TotalMilliseconds,
        KeepAliveMilliseconds = (long)options.Timeouts.KeepAlive.TotalMilliseconds,
        TunnelMilliseconds = (long)options.Timeouts.Tunnel.TotalMilliseconds,
        HalfClosedMilliseconds = (long)options.Timeouts.HalfClosed.TotalMilliseconds,
        IdleMilliseconds = (long)options.Timeouts.Idle.TotalMilliseconds,
        AbortOnClose = options.AbortOnClose,
        HeadLimits = BuildLimits(options.Limits),
        Forwarding = BuildForwarding(options.ForwardedHeaders),
        Underscores = RuleChoices.Of(options.Underscores),
        ErrorFormat = options.Errors.Format switch
        {
            ErrorFormat.Plain => AnswerFormat.Plain,
            ErrorFormat.Html => AnswerFormat.Html,
            ErrorFormat.Json => AnswerFormat.Json,
            _ => null,
        },
        MaxBodyBytes = options.Limits.BodyBytes ?? long.MaxValue,
        MinBytesPerSecond = options.Limits.MinRate,
        MaxRequests = options.Limits.Requests,
    };

    public static HeadLimits BuildLimits(ListenerLimitOptions limits) => new(limits.HeadBytes, limits.Headers, limits.TargetBytes);

    private static ForwardingRules BuildForwarding(ForwardedHeadersOptions options) => new(
        BuildPlan(options, isTrusted: false),
        BuildPlan(options, isTrusted: true),
        TrustedSenders.Parse(options.Trusted, out var trustsUnix),
        trustsUnix)
    {
        ClientAddressField = options.ClientAddress switch
        {
            ClientAddressField.Forwarded => KnownField.Forwarded,
            ClientAddressField.XRealIp => KnownField.XRealIp,
            _ => KnownField.XForwardedFor,
        },
    };

    private static ForwardingPlan BuildPlan(ForwardedHeadersOptions options, bool isTrusted) => new ForwardingPlan(isTrusted)
        .With(KnownField.XForwardedFor, RuleChoices.Of(options.XForwardedFor))
        .With(KnownField.XForwardedProto, RuleChoices.Of(options.XForwardedProto))
        .With(KnownField.XForwardedHost, RuleChoices.Of(options.XForwardedHost))
        .With(KnownField.XForwardedPort, RuleChoices.Of(options.XForwardedPort))
        .With(KnownField.XRealIp, RuleChoices.Of(options.XRealIp))
        .With(KnownField.Forwarded, RuleChoices.Of(options.Forwarded))
        .With(KnownField.Via, RuleChoices.Of(options.Via))
        .With(KnownField.XRequestId, RuleChoices.Of(options.XRequestId));

    private static BackendSet BuildSet(
        string clusterName, ClusterOptions cluster, ResolvedBackends endPoints, Cluster? replaced, InFlightTable inFlight)
    {
        var before = BackendsOf(replaced);
        var backends = new List<Backend>(cluster.Backends.Count);
        inFlight.Begin(replaced?.Backends, cluster.Backends.Count);
        foreach (var (name, backend) in cluster.Backends)
        {
            var endPoint = endPoints[clusterName, name];

            // The same name at another address is another backend.
            var state = before.TryGetValue(name, out var known) && known.EndPoint.Equals(endPoint) ? known.State : inFlight.CreateState();
            backends.Add(new Backend(name, endPoint, backend.Weight, state)
            {
                Weight = backend.State == BackendAvailability.Active ? backend.Weight : 0,
                KeepsSessions = backend.State != BackendAvailability.Down,
                MaxConnections = backend.MaxConnections ?? int.MaxValue,
                ResponseLimits = new HeadLimits(cluster.Limits.HeadBytes, cluster.Limits.Headers),
            });
        }

        return new BackendSet(backends);
    }

    private static Dictionary<string, Backend> BackendsOf(Cluster? cluster)
    {
        var backends = new Dictionary<string, Backend>(StringComparer.Ordinal);
        if (cluster is not null)
        {
            foreach (var backend in cluster.Backends.AsSpan())
            {
                backends[backend.Name] = backend;
            }
        }

        return backends;
    }
}
