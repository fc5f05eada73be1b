using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Proxying.Http;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Backends that cannot be connected to, as a request meets them.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpDialTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private readonly EngineCase _engine;

    public HttpDialTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_resets_during_the_dial_is_no_fault_of_ours(CancellationToken token)
    {
        using var hole = await BlackHole.OpenAsync(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [hole.EndPoint], token);
        using var client = await harness.ConnectAsync();
        await client.SendAsync(Get);
        await Eventually.TrueAsync(() => harness.State(0).InFlight == 1, "it dials");
        client.Reset();
        var outcome = await harness.Outcomes.WaitForRequestAsync(1);
        Assert.That(outcome.End, Is.EqualTo(RequestEnd.ClientReset));
        await harness.TurnAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_cannot_be_reached_in_time_is_answered_504_for(CancellationToken token)
    {
        using var hole = await BlackHole.OpenAsync(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [hole.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        await client.SendAsync(Get);
        await Eventually.TrueAsync(() => harness.State(0).InFlight == 1, "it dials");
        while (harness.Outcomes.Requests.IsEmpty)
        {
            await harness.PassAsync(1);
        }

        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 504 "));
        var outcome = await harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((RequestEnd.ConnectTimeout, FailureSource.Backend)));
        Assert.That((outcome.ConnectMilliseconds, outcome.Stage), Is.EqualTo((-1, Stage.Connect)));
        Assert.That(outcome.Attempts[^1].ConnectMilliseconds, Is.GreaterThanOrEqualTo(2000));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Bytes_that_nobody_took_do_not_count_as_passed_on(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [RawListener.RefusingEndPoint()], token);
        using var client = await harness.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        await client.ReadHeadAsync();
        var outcome = await harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.BytesUp), Is.EqualTo((RequestEnd.ConnectFailed, 0L)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_dial_that_throws_leaves_no_place_held(CancellationToken token)
    {
        var outcomes = new OutcomeLog();
        await using var engine = TransportEngine.Create(new TransportOptions { Engine = _engine.Engine, Loops = 1, PoisonBuffers = true });
        var state = new BackendState();
        var set = new BackendSet([new Backend("a", new DnsEndPoint("nowhere.invalid", 80), 1, state)]);
        var topology = new TopologyStore();
        topology.Publish(new TopologySnapshot(
            [new Cluster { Name = "app", Backends = set, Selector = new RoundRobinStrategy(StrategyNames.RoundRobin).Create(set, StrategyArguments.None, null) }]));
        var pools = new UpstreamPools(engine.Loops, PoolLimits.Default);
        var proxy = new HttpProxy(topology, new HttpLoops(engine.Loops))
        {
            State = new ListenerState(TopologyBuilder.BuildListener("web", new ListenerOptions { Cluster = "app" }, topology.Current)),
            Exchanges = new Http1ExchangePool(pools, 1),
            Recorder = outcomes,
        };
        var front = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, proxy);
        using var client = await RawClient.ConnectAsync(front.EndPoint, token);
        await client.SendAsync(Get);
        await client.ReadUntilClosedAsync();
        var outcome = await outcomes.WaitForRequestAsync(1);
        await outcomes.WaitForHttpConnectionAsync(1);
        await pools.StopAsync();
        Assert.That(outcome.End, Is.EqualTo(RequestEnd.Fault));
        Assert.That(state.InFlight, Is.Zero, "places held");
    }
}
