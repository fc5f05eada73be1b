using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>Other options for a load balancer that runs.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class ReloadTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public ReloadTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_runs_is_finished_where_it_is_and_the_next_goes_by_the_new_options(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [first.EndPoint], token);
        using var client = await harness.ConnectAsync();
        await client.SendAsync(Get);
        using var old = await first.AcceptAsync();
        await old.ReadHeadAsync();

        await harness.Balancer.ReloadAsync(Options(second.EndPoint), token);
        await old.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));
        await client.SendAsync(Get);
        using var backend = await second.AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));
        Assert.That(await old.ReadToEndAsync(), Is.Empty, "the connection to a backend that is gone is not kept");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_stays_keeps_its_connections(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [listener.EndPoint], token);
        using var client = await harness.ConnectAsync();
        await client.SendAsync(Get);
        using var backend = await listener.AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync(Ok);
        await client.ReadHeadAsync();
        await client.ReadTextAsync(2);
        await Eventually.TrueAsync(() => harness.State(0).Idle == 1, "its connection is idle");
        var options = Options(listener.EndPoint);
        options.Clusters[BalancerHarness.ClusterName].Backends["b0"].Weight = 5;
        await harness.Balancer.ReloadAsync(options, token);
        await client.SendAsync(Get);
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET / "), "on the connection that was idle");
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Routes_lead_to_clusters_and_what_none_takes_is_answered_404(CancellationToken token)
    {
        using var app = new RawListener(token);
        using var api = new RawListener(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [app.EndPoint], token);
        var options = Options(app.EndPoint);
        options.Listeners[BalancerHarness.ListenerName].Cluster = "";
        options.Listeners[BalancerHarness.ListenerName].Routes.Add(new RouteOptions { PathPrefix = "/api", Cluster = "api" });
        options.Clusters.Add("api", new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = TransportAddress.Format(api.EndPoint) } } });
        await harness.Balancer.ReloadAsync(options, token);

        using var client = await harness.ConnectAsync();
        await client.SendAsync("GET /api/x HTTP/1.1\r\nHost: h\r\n\r\n");
        using var backend = await api.AcceptAsync();
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /api/x "));
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));

        await client.SendAsync("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 404 ").And.Not.Contain("close"));
        var outcome = await harness.Outcomes.WaitForRequestAsync(2);
        Assert.That((outcome.End, outcome.Status, outcome.Cluster), Is.EqualTo((RequestEnd.NoRoute, 404, "")));
        Assert.That((await harness.Outcomes.WaitForRequestAsync(1)).Cluster, Is.EqualTo("api"));
    }

    [TestCaseSource(nameof(Refused))]
    [CancelAfter(30_000)]
    public async Task What_cannot_change_is_named_and_nothing_changes(Action<LbCoreOptions> change, string message, CancellationToken token)
    {
        using var listener = new RawListener(token);
        using var other = new RawListener(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [listener.EndPoint], token);
        var options = Options(other.EndPoint);
        change(options);
        var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => harness.Balancer.ReloadAsync(options, token));
        Assert.That(error!.Errors.Select(static e => e.ToString()), Has.One.Contains(message));

        using var client = await harness.ConnectAsync();
        await client.SendAsync(Get);
        using var backend = await listener.AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        const string Web = BalancerHarness.ListenerName;
        yield return Case(static o => o.Listeners[Web].Address = "127.0.0.1:1", "listeners.web.address: the address cannot change while it runs");
        yield return Case(static o => o.Listeners[Web].Mode = ListenerMode.Tcp, "listeners.web.mode: the mode cannot change");
        yield return Case(static o => o.Listeners[Web].MaxConnections = 1, "listeners.web.maxConnections: the limit of connections cannot change");
        yield return Case(static o => o.Listeners.Add("x", new ListenerOptions { Address = "127.0.0.1:2", Cluster = "app" }), "listeners.x: the listener is new");
        yield return Case(static o => o.Loops = 7, "loops: the number of loops cannot change");
        yield return Case(static o => o.Clusters["app"].Strategy = "none", "clusters.app.strategy: 'none' is no strategy");

        static TestCaseData Case(Action<LbCoreOptions> change, string message) => new(change, message);
    }

    private LbCoreOptions Options(params EndPoint[] backends)
    {
        var options = BalancerHarness.Options(_engine, backends);
        options.Listeners[BalancerHarness.ListenerName].Mode = ListenerMode.Http;
        return options;
    }
}
