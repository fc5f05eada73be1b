using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Proxying;

/// <summary>Attempts: refused, timed out, full, given up.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
internal sealed class TcpRelayConnectTests
{
    private readonly EngineCase _engine;

    public TcpRelayConnectTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_refuses_is_left_for_the_next_one_which_gets_the_first_bytes(CancellationToken token)
    {
        await using var echo = new ScriptedBackend(static script => script.Echo(), token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [RawListener.RefusingEndPoint(), echo.EndPoint], token);
        for (var i = 0; i < 4; i++)
        {
            using var client = await harness.ConnectAsync();
            await client.WriteAsync("first bytes"u8.ToArray());
            client.SendFin();
            Assert.That(await client.ReadToEndAsync(), Is.EqualTo("first bytes"u8.ToArray()));
        }

        var outcome = await harness.Outcomes.WaitForAsync(1);
        await harness.Outcomes.WaitForAsync(4);
        Assert.That((outcome.FailedBy, outcome.Attempts.Count), Is.EqualTo((FailureSource.None, 2)));
        var failed = outcome.Attempts[0];
        Assert.That(
            (failed.Backend.Name, failed.FailedBy, failed.Stage, failed.Dial, failed.RetrySafety),
            Is.EqualTo(("b0", FailureSource.Backend, Stage.Connect, DialStatus.Refused, RetrySafety.Always)));
        Assert.That((outcome.Attempts[1].Backend.Name, outcome.Attempts[1].FailedBy), Is.EqualTo(("b1", FailureSource.None)));

        // Every other connection starts on the dead one: first attempts stay evenly spread.
        Assert.That((harness.State(0).Total, harness.State(0).Failures, harness.State(1).Total), Is.EqualTo((2L, 2L, 4L)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task When_all_refuse_the_client_is_reset(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartAsync(
            _engine, [RawListener.RefusingEndPoint(), RawListener.RefusingEndPoint()], token);

        Assert.That(await harness.IsResetAsync(), Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.Stage, outcome.RetrySafety, outcome.Attempts.Count, outcome.ClientClose),
            Is.EqualTo((FailureSource.Backend, Stage.Connect, RetrySafety.Always, 2, CloseReason.Aborted)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Retries_are_bounded_by_the_options(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartAsync(
            _engine,
            [RawListener.RefusingEndPoint(), RawListener.RefusingEndPoint()],
            token,
            static options => options.Clusters["app"].Retries.Max = 0);
        await harness.IsResetAsync();

        Assert.That((await harness.Outcomes.WaitForAsync(1)).Attempts.Count, Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_does_not_answer_is_left_after_the_connect_timeout(CancellationToken token)
    {
        using var hole = await BlackHole.OpenAsync(token);
        await using var echo = new ScriptedBackend(static script => script.Echo(), token);
        await using var harness = await BalancerHarness.StartAsync(
            _engine, [hole.EndPoint, echo.EndPoint], token, static options => options.Clusters["app"].Timeouts.Connect = TimeSpan.FromMilliseconds(200));
        using var client = await harness.ConnectAsync();

        // All that the client has to say, its end included, before there is a backend: FIN is no reason to give up.
        await client.WriteAsync("early"u8.ToArray());
        client.SendFin();

        Assert.That(await client.ReadToEndAsync(), Is.EqualTo("early"u8.ToArray()));
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That((outcome.Attempts.Count, outcome.Attempts[0].Dial), Is.EqualTo((2, DialStatus.TimedOut)));
        Assert.That(outcome.Attempts[0].ConnectMilliseconds, Is.GreaterThanOrEqualTo(200));
        Assert.That(outcome.ConnectMilliseconds, Is.GreaterThanOrEqualTo(200), "from the accept");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_resets_while_connecting_is_given_up_at_once(CancellationToken token)
    {
        using var hole = await BlackHole.OpenAsync(token);
        await using var harness = await BalancerHarness.StartAsync(
            _engine, [hole.EndPoint], token, static options => options.Clusters["app"].Timeouts.Connect = TimeSpan.FromMinutes(5));
        using var client = await harness.ConnectAsync();
        await Eventually.TrueAsync(() => harness.State(0).InFlight == 1, "the dial is under way");
        client.Reset();

        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.Stage, outcome.ClientClose, outcome.Attempts[0].FailedBy),
            Is.EqualTo((FailureSource.Client, Stage.Connect, CloseReason.PeerReset, FailureSource.Client)));
        Assert.That(outcome.ConnectMilliseconds, Is.EqualTo(-1), "none stood");
        Assert.That(harness.State(0).Failures, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_a_client_sent_before_it_reset_at_once_reaches_the_backend(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token);
        for (var i = 0; i < 20; i++)
        {
            using var client = await harness.ConnectAsync();
            await client.WriteAsync("last words"u8.ToArray());
            client.Reset();
            using var backend = await listener.AcceptAsync();
            var end = await backend.ReadUntilClosedAsync();
            Assert.That((end.IsReset, end.Bytes), Is.EqualTo((true, "last words"u8.ToArray())));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Without_a_backend_that_takes_connections_the_client_is_reset(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartAsync(
            _engine, [RawListener.RefusingEndPoint()], token, static options => options.Clusters["app"].Backends["b0"].Weight = 0);

        Assert.That(await harness.IsResetAsync(), Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.Stage, outcome.Attempts.Count, outcome.BackendFull),
            Is.EqualTo((FailureSource.Proxy, Stage.Reserve, 0, false)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_full_backend_is_passed_over_and_when_all_are_full_the_client_is_reset(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [first.EndPoint, second.EndPoint], token, static options =>
        {
            foreach (var backend in options.Clusters["app"].Backends.Values)
            {
                backend.MaxConnections = 1;
            }
        });
        using var one = await harness.ConnectAsync();
        using var two = await harness.ConnectAsync();
        using var firstPeer = await first.AcceptAsync();
        using var secondPeer = await second.AcceptAsync();

        Assert.That(await harness.IsResetAsync(), Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.Stage, outcome.BackendFull), Is.EqualTo((FailureSource.Proxy, Stage.Reserve, true)));
    }
}
