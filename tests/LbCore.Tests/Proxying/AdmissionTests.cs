using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying;

/// <summary>One client address may have so many connections open, over all loops.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
internal sealed class AdmissionTests
{
    private readonly EngineCase _engine;

    public AdmissionTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task In_mode_http_one_more_is_reset_before_it_says_anything(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await StartAsync(ListenerMode.Http, listener, token);
        using var first = await EnterAsync(harness, listener);
        using var second = await EnterAsync(harness, listener);
        Assert.That(await harness.IsResetAsync(), Is.True);
        var outcome = await harness.Outcomes.WaitForHttpConnectionAsync(1);
        Assert.That((outcome.End, outcome.Requests), Is.EqualTo((ConnectionEnd.AddressLimit, 0L)));
        Assert.That(harness.Outcomes.Requests, Is.Empty);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task In_mode_tcp_one_more_is_reset_and_reaches_no_backend(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await StartAsync(ListenerMode.Tcp, listener, token);
        using var first = await EnterAsync(harness, listener);
        using var second = await EnterAsync(harness, listener);
        Assert.That(await harness.IsResetAsync(), Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.Stage, outcome.FailedBy, outcome.ClientClose, outcome.Attempts.Count),
            Is.EqualTo((Stage.Admit, FailureSource.Proxy, CloseReason.Aborted, 0)));
        Assert.That(harness.State(0).Total, Is.EqualTo(2));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Who_leaves_makes_room([Values] ListenerMode mode, CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await StartAsync(mode, listener, token);
        for (var round = 0; round < 5; round++)
        {
            using var first = await EnterAsync(harness, listener);
            using var second = await EnterAsync(harness, listener);
            Assert.That(await harness.IsResetAsync(), Is.True, "the third");
            first.Client.Reset();
            second.Client.Reset();
            var expected = (round + 1) * 3;
            await Eventually.TrueAsync(() => harness.Outcomes.Connections == expected, "all have ended");
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Another_address_has_its_own(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await StartAsync(ListenerMode.Http, listener, token);
        using var first = await EnterAsync(harness, listener);
        using var second = await EnterAsync(harness, listener);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await other.ConnectAsync(harness.EndPoint, token);
        await other.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), token);
        using var backend = await listener.AcceptAsync();
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET / "));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Refusals_are_told_once_for_many(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await StartAsync(ListenerMode.Http, listener, token, new FakeTimeProvider());
        using var first = await EnterAsync(harness, listener);
        using var second = await EnterAsync(harness, listener);
        for (var i = 0; i < 20; i++)
        {
            Assert.That(await harness.IsResetAsync(), Is.True);
        }

        await harness.PassAsync(11);
        Assert.That(await harness.IsResetAsync(), Is.True);
        await Eventually.TrueAsync(() => Entries(harness).Length > 1, "the last one is logged");
        var entries = Entries(harness);
        Assert.That(entries, Has.Length.EqualTo(2));
        Assert.That(entries[0], Does.Contain("Listener web has refused 1 connections").And.Contain("127.0.0.1:").And.Contain("has 2 open"));
        Assert.That(entries[1], Does.Contain("Listener web has refused 20 connections"));
    }

    [Test]
    public void By_default_one_address_may_have_half_of_all()
    {
        Assert.That(new ListenerOptions().MaxConnectionsPerAddress, Is.EqualTo(5000));
        Assert.That(new ListenerOptions { MaxConnections = 100 }.MaxConnectionsPerAddress, Is.EqualTo(50));
        Assert.That(new ListenerOptions { MaxConnections = 1 }.MaxConnectionsPerAddress, Is.EqualTo(1));
        Assert.That(new ListenerOptions { MaxConnectionsPerAddress = 7 }.MaxConnectionsPerAddress, Is.EqualTo(7));
    }

    private static string[] Entries(BalancerHarness harness) =>
        [.. harness.Log.Entries.Select(static entry => entry.Message).Where(static text => text.Contains("has refused", StringComparison.Ordinal))];

    /// <summary>Connects a client that is let in: what it says reaches the backend. That it is accepted comes before that is decided.</summary>
    private static async Task<Admitted> EnterAsync(BalancerHarness harness, RawListener listener)
    {
        var client = await harness.ConnectAsync().ConfigureAwait(false);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n").ConfigureAwait(false);
        var backend = await listener.AcceptAsync().ConfigureAwait(false);
        return new Admitted(client, backend);
    }

    private Task<BalancerHarness> StartAsync(
        ListenerMode mode, RawListener listener, CancellationToken token, FakeTimeProvider? time = null) => BalancerHarness.StartAsync(
        _engine,
        [listener.EndPoint],
        token,
        options =>
        {
            options.Listeners[BalancerHarness.ListenerName].Mode = mode;
            options.Listeners[BalancerHarness.ListenerName].MaxConnectionsPerAddress = 2;
        },
        time);

    private sealed record Admitted(RawClient Client, RawClient Backend) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Backend.Dispose();
        }
    }
}
