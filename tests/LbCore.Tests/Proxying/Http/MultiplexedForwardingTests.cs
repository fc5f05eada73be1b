using System;
using System.Collections.Generic;
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
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>
/// The forwarder knows exchanges and no connection: two requests at once on one client connection, as HTTP/2 will have
/// them, each to a backend connection of its own.
/// </summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class MultiplexedForwardingTests
{
    private readonly EngineCase _engine;

    public MultiplexedForwardingTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task Two_streams_of_one_connection_are_forwarded_at_once_and_end_in_any_order(CancellationToken token)
    {
        using var listener = new RawListener(token);
        var outcomes = new OutcomeLog();
        await using var engine = TransportEngine.Create(new TransportOptions { Engine = _engine.Engine, Loops = 1, PoisonBuffers = true });
        var loop = engine.Loops[0];
        var proxy = Proxy(engine, listener, outcomes, out var pools);

        // The one connection that both streams are on; nothing of theirs goes over it here.
        using var client = new RawListener(token);
        var streams = new List<FakeStream>();
        var ends = new List<Task>();
        await OnLoopAsync(loop, async () =>
        {
            var shared = (await loop.DialAsync(client.EndPoint, TransportHarness.PatientDial)).Connection!;
            streams.Add(new FakeStream(shared, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n"));
            streams.Add(new FakeStream(shared, "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
            var http = new HttpLoop(loop);
            foreach (var stream in streams)
            {
                ends.Add(ForwardAsync(http, proxy, stream));
            }
        });

        using var first = await listener.AcceptAsync();
        var firstHead = await first.ReadHeadAsync();
        using var second = await listener.AcceptAsync();
        var secondHead = await second.ReadHeadAsync();
        var (a, b) = firstHead.StartsWith("POST /a", StringComparison.Ordinal) ? (first, second) : (second, first);
        Assert.That(firstHead + secondHead, Does.Contain("POST /a HTTP/1.1").And.Contain("POST /b HTTP/1.1").And.Contain("X-Forwarded-For: 10.0.0.7"));

        // Bodies and responses interleave; the second stream is over before the first.
        await OnLoopAsync(loop, () => streams[0].Push("01234", end: false));
        await OnLoopAsync(loop, () => streams[1].Push("frame", end: false));
        Assert.That(await a.ReadTextAsync(5), Is.EqualTo("01234"));
        Assert.That(await b.ReadTextAsync(10), Is.EqualTo("5\r\nframe\r\n"));
        await b.SendAsync("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n");
        await OnLoopAsync(loop, () => streams[1].Push("last", end: true));
        Assert.That(await b.ReadTextAsync(14), Is.EqualTo("4\r\nlast\r\n0\r\n\r\n"));
        await b.SendAsync("0\r\n\r\n");
        await ends[1];
        Assert.That(ends[0].IsCompleted, Is.False);
        await OnLoopAsync(loop, () => streams[0].Push("56789", end: true));
        Assert.That(await a.ReadTextAsync(5), Is.EqualTo("56789"));
        await a.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok");
        await ends[0];

        Assert.That((streams[0].Response, streams[1].Response), Is.EqualTo(("[200]ok.", "(100)[201]yes.")));
        Assert.That(outcomes.Requests, Has.All.Matches<RequestOutcome>(static outcome => outcome.End == RequestEnd.Completed));
        Assert.That(proxy.FindCluster("app")!.Backends[0].State.Idle, Is.EqualTo(2));
        await pools.StopAsync();
    }

    private static HttpProxy Proxy(TransportEngine engine, RawListener listener, OutcomeLog outcomes, out UpstreamPools pools)
    {
        var set = new BackendSet([new Backend("a", listener.EndPoint, 1, new BackendState())]);
        var topology = new TopologyStore();
        topology.Publish(new TopologySnapshot([new Cluster { Name = "app", Backends = set, Selector = new RoundRobinStrategy(StrategyNames.RoundRobin).Create(set, StrategyArguments.None, null) }]));
        pools = new UpstreamPools(engine.Loops, PoolLimits.Default);
        return new HttpProxy(topology, new HttpLoops(engine.Loops))
        {
            State = new ListenerState(TopologyBuilder.BuildListener("web", new ListenerOptions { Cluster = "app" }, topology.Current)),
            Exchanges = new Http1ExchangePool(pools, 1),
            Recorder = outcomes,
        };
    }

    private static async Task ForwardAsync(HttpLoop http, HttpProxy proxy, FakeStream stream)
    {
        var forwarder = http.RentForwarder();
        forwarder.Begin(proxy, stream);
        await forwarder.RunAsync();
        forwarder.Return(0, 0, 0);
    }

    private static Task OnLoopAsync(EventLoop loop, Action action) => OnLoopAsync(loop, () =>
    {
        action();
        return Task.CompletedTask;
    });

    private static async Task OnLoopAsync(EventLoop loop, Func<Task> action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(
            async _ =>
            {
                try
                {
                    await action();
                    done.SetResult();
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            null);
        await done.Task;
    }
}
