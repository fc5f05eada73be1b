using System.Linq;
using System.Net;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Proxying.Http;
using LbCore.Routing;
using LbCore.Topology;

namespace LbCore.Hosting;

/// <summary>Lets the selectors that options describe choose and explain, with nothing in flight.</summary>
internal sealed class ChoiceExplainer
{
    private readonly LbCoreOptions _options;
    private readonly TopologySnapshot _snapshot;
    private readonly ListenerOptions _listener;
    private readonly IPAddress? _client;

    public ChoiceExplainer(LbCoreOptions options, StrategyRegistry strategies, ListenerOptions listener, IPAddress? client)
    {
        _options = options;
        _listener = listener;
        _client = client;
        _snapshot = TopologyBuilder.Build(options, WithoutAddresses(options), strategies, TopologySnapshot.Empty);
    }

    public ChoiceExplanation Explain(string clusterName, in RouteRequest request, in RoutedPath path)
    {
        var cluster = _snapshot.Clusters[clusterName];
        var rules = TopologyBuilder.BuildListener("", _listener, _snapshot).Forwarding;
        var sender = _client is null ? 0 : MappedAddress.From(_client);
        var keyed = new KeyedRequest
        {
            Bytes = request.Bytes,
            Head = request.Head,
            Rules = rules,
            Plan = rules.PlanFor(sender),
            Sender = sender,
            Path = path.Normal,
            Query = path.Query,
        };
        var input = RequestKey.Of(in keyed, cluster.Key);
        var none = default(ExclusionSet);
        var context = new SelectionContext(in none, new RandomSource(0), in input);
        var steps = cluster.Selector.Explain(in context);
        var chosen = input.HasKey ? cluster.Selector.Select(in context) : BackendSelector.None;
        return new ChoiceExplanation
        {
            Strategy = _options.Clusters[clusterName].Strategy.Type,
            Key = cluster.Key.ToString(),
            HasKey = input.HasKey,
            Candidates = [.. cluster.Backends.AsSpan().ToArray().Select(static backend => new CandidateExplanation(backend.Name, backend.ConfiguredWeight, WhyNot(backend)))],
            Steps = steps,
            Backend = chosen == BackendSelector.None ? null : cluster.Backends[chosen].Name,
        };
    }

    private static string? WhyNot(Backend backend) =>
        backend.Weight > 0 ? null
        : !backend.KeepsSessions ? "it is down: it takes nothing"
        : backend.ConfiguredWeight == 0 ? "its weight is 0: it takes only the sessions that it has already"
        : "it drains: it takes only the sessions that it has already";

    // Names are not looked up: what is chosen does not depend on addresses.
    private static ResolvedBackends WithoutAddresses(LbCoreOptions options)
    {
        var nowhere = new IPEndPoint(IPAddress.None, 0);
        var resolved = new ResolvedBackends();
        foreach (var (cluster, name) in options.Clusters.SelectMany(static cluster => cluster.Value.Backends.Keys.Select(name => (cluster.Key, name))))
        {
            resolved.Add(cluster, name, nowhere);
        }

        return resolved;
    }
}
