using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
internal sealed class LoadBalancerTests
{
    private readonly EngineCase _engine;

    public LoadBalancerTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task Stopping_lets_open_connections_finish_and_takes_no_new_ones(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token);
        var endPoint = harness.EndPoint;
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        var stop = harness.Balancer.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => harness.Log.Contains("Stopping:"), "it drains");
        Assert.That(Refuses(endPoint), Is.True);

        await client.WriteAsync("late"u8.ToArray());
        Assert.That(await backend.ReadExactlyAsync(4), Is.EqualTo("late"u8.ToArray()));
        Assert.That(stop.IsCompleted, Is.False);
        client.SendFin();
        backend.SendFin();
        await stop.WaitAsync(token);

        Assert.That(harness.Balancer.Completion.IsCompletedSuccessfully, Is.True);
        Assert.That((await harness.Outcomes.WaitForAsync(1)).FailedBy, Is.EqualTo(FailureSource.None));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_has_not_ended_by_the_shutdown_timeout_is_aborted(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        var stop = harness.Balancer.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Advance(TimeSpan.FromMilliseconds(50), () => harness.Log.Contains("Stopping:")), "it drains");
        Assert.That(stop.IsCompleted, Is.False);
        await Eventually.TrueAsync(() => Advance(TimeSpan.FromSeconds(31), () => stop.IsCompleted), "it stops at the deadline");
        await stop;

        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
        Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.ClientClose, outcome.BackendClose),
            Is.EqualTo((FailureSource.Proxy, CloseReason.Shutdown, CloseReason.Shutdown)));

        bool Advance(TimeSpan by, Func<bool> condition)
        {
            harness.Advance(by);
            return condition();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_stop_that_is_cancelled_aborts_at_once_also_while_a_dial_waits(CancellationToken token)
    {
        using var hole = await BlackHole.OpenAsync(token);
        await using var harness = await BalancerHarness.StartAsync(
            _engine, [hole.EndPoint], token, static options => options.Clusters["app"].Timeouts.Connect = TimeSpan.FromMinutes(5));
        using var client = await harness.ConnectAsync();
        await Eventually.TrueAsync(() => harness.State(0).InFlight == 1, "the dial is under way");
        await harness.Balancer.StopAsync(new CancellationToken(canceled: true)).WaitAsync(token);

        Assert.That(harness.Outcomes.Count, Is.EqualTo(1));
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_address_in_use_fails_the_start_and_leaves_nothing_behind(CancellationToken token)
    {
        using var taken = new RawListener(token);
        var free = RawListener.RefusingEndPoint();
        var options = BalancerHarness.Options(_engine, [new IPEndPoint(IPAddress.Loopback, 1)]);
        options.Listeners["web"].Address = TransportAddress.Format(free);
        options.Listeners.Add("taken", new ListenerOptions
        {
            Address = TransportAddress.Format(taken.EndPoint),
            Mode = ListenerMode.Tcp,
            Cluster = "app",
        });
        await using var balancer = LoadBalancer.Create(options);

        var error = await Assert.ThrowsAsync<ListenException>(() => balancer.StartAsync(token));
        Assert.That(error!.IsAddressInUse, Is.True);
        Assert.That(error.Message, Does.Contain(TransportAddress.Format(taken.EndPoint)));
        Assert.That(Refuses(free), Is.True);
        Assert.That(balancer.EndPoints, Is.Empty);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Two_of_them_live_in_one_process(CancellationToken token)
    {
        await using var echo = new ScriptedBackend(static script => script.Echo(), token);
        await using var first = await BalancerHarness.StartAsync(_engine, [echo.EndPoint], token);
        await using var second = await BalancerHarness.StartAsync(_engine, [first.EndPoint], token);
        using var client = await second.ConnectAsync();
        await client.WriteAsync("through both"u8.ToArray());
        client.SendFin();
        Assert.That(await client.ReadToEndAsync(), Is.EqualTo("through both"u8.ToArray()));
        await first.Outcomes.WaitForAsync(1);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_log_says_whom_each_listener_is_for(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartAsync(_engine, [new IPEndPoint(IPAddress.Loopback, 1)], token, static options =>
        {
            var routes = new ListenerOptions { Address = "127.0.0.1:0" };
            routes.Routes.Add(new RouteOptions { PathPrefix = "/a", Cluster = "app" });
            options.Listeners.Add("routes", routes);
        });
        var addresses = harness.Balancer.EndPoints;
        var entries = harness.Log.Entries.Where(static entry => entry.Message.StartsWith("Listener ", StringComparison.Ordinal));
        Assert.That(entries.Select(static entry => (entry.Id.Id, entry.Message)), Is.EquivalentTo(new[]
        {
            (1000, $"Listener web accepts on {addresses["web"]} for cluster app."),
            (1015, $"Listener routes accepts on {addresses["routes"]} for its routes (1) and nothing else."),
        }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Several_listeners_share_a_cluster_and_each_is_told_its_port(CancellationToken token)
    {
        await using var echo = new ScriptedBackend(static script => script.Echo(), token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [echo.EndPoint], token, static options =>
            options.Listeners.Add("more", new ListenerOptions { Address = "[::1]:0", Mode = ListenerMode.Tcp, Cluster = "app" }));
        Assert.That(harness.Balancer.EndPoints, Has.Count.EqualTo(2));
        foreach (var endPoint in harness.Balancer.EndPoints.Values)
        {
            Assert.That(((IPEndPoint)endPoint).Port, Is.Positive);
            using var client = await RawClient.ConnectAsync(endPoint, token);
            client.SendFin();
            Assert.That(await client.ReadToEndAsync(), Is.Empty);
        }

        Assert.That(harness.Balancer.LoopCount, Is.EqualTo(_engine.Loops));
        Assert.That(harness.Balancer.EngineName, Is.EqualTo(_engine.Engine == EngineKind.Epoll ? "epoll" : "managed"));
    }

    private static bool Refuses(EndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(endPoint);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
