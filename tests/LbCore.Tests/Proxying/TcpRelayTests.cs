using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Proxying;

/// <summary>What passes between two sides that behave.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
internal sealed class TcpRelayTests
{
    private readonly EngineCase _engine;

    public TcpRelayTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task The_clients_half_close_reaches_the_backend_and_the_answer_comes_after_it(CancellationToken token)
    {
        await using var pair = await BalancerHarness.StartPairAsync(_engine, token);
        await pair.Client.WriteAsync("question"u8.ToArray());
        pair.Client.SendFin();

        Assert.That(await pair.Backend.ReadToEndAsync(), Is.EqualTo("question"u8.ToArray()));
        await pair.Backend.WriteAsync("answer"u8.ToArray());
        pair.Backend.SendFin();
        Assert.That(await pair.Client.ReadToEndAsync(), Is.EqualTo("answer"u8.ToArray()));

        var outcome = await pair.Harness.Outcomes.WaitForAsync(1);
        Assert.That((outcome.FailedBy, outcome.Stage, outcome.BytesUp, outcome.BytesDown), Is.EqualTo((FailureSource.None, Stage.Forward, 8L, 6L)));
        Assert.That((outcome.ClientClose, outcome.BackendClose), Is.EqualTo((CloseReason.None, CloseReason.None)));
        Assert.That((outcome.Attempts.Count, outcome.Attempts[0].Dial), Is.EqualTo((1, DialStatus.Connected)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_backends_half_close_reaches_the_client_who_goes_on_sending(CancellationToken token)
    {
        await using var pair = await BalancerHarness.StartPairAsync(_engine, token);
        await pair.Backend.WriteAsync("hello"u8.ToArray());
        pair.Backend.SendFin();

        Assert.That(await pair.Client.ReadToEndAsync(), Is.EqualTo("hello"u8.ToArray()));
        await pair.Client.WriteAsync("still here"u8.ToArray());
        Assert.That(await pair.Backend.ReadExactlyAsync(10), Is.EqualTo("still here"u8.ToArray()));
        pair.Client.SendFin();
        Assert.That(await pair.Backend.ReadToEndAsync(), Is.Empty);
        Assert.That((await pair.Harness.Outcomes.WaitForAsync(1)).FailedBy, Is.EqualTo(FailureSource.None));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_connection_without_a_byte_is_passed_on_too(CancellationToken token)
    {
        await using var pair = await BalancerHarness.StartPairAsync(_engine, token);
        pair.Client.SendFin();
        Assert.That(await pair.Backend.ReadToEndAsync(), Is.Empty);
        pair.Backend.SendFin();
        Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
        Assert.That((await pair.Harness.Outcomes.WaitForAsync(1)).RetrySafety, Is.EqualTo(RetrySafety.Always));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Many_connections_move_megabytes_both_ways_at_once_and_every_byte_is_right(CancellationToken token)
    {
        const int connections = 12;
        await using var backend = new ScriptedBackend(static script => script.Echo(), token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [backend.EndPoint], token);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async number =>
        {
            var bytes = TestRandom.Bytes(1_000_000 + number, number);
            using var client = await harness.ConnectAsync();
            var echo = client.ReadToEndAsync();
            await client.WriteAsync(bytes);
            client.SendFin();
            Assert.That((await echo).AsSpan().SequenceEqual(bytes), Is.True);
        }));

        for (var i = 1; i <= connections; i++)
        {
            var outcome = await harness.Outcomes.WaitForAsync(i);
            Assert.That((outcome.FailedBy, outcome.BytesDown), Is.EqualTo((FailureSource.None, outcome.BytesUp)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Connections_are_shared_by_weight_over_all_loops(CancellationToken token)
    {
        await using var first = new ScriptedBackend(static script => script.Echo(), token);
        await using var second = new ScriptedBackend(static script => script.Echo(), token);
        await using var harness = await BalancerHarness.StartAsync(
            _engine, [first.EndPoint, second.EndPoint], token, static options => options.Clusters["app"].Backends["b1"].Weight = 3);
        for (var i = 0; i < 40; i++)
        {
            using var client = await harness.ConnectAsync();
            client.SendFin();
            await client.ReadToEndAsync();
        }

        await harness.Outcomes.WaitForAsync(40);
        Assert.That((harness.State(0).Total, harness.State(1).Total), Is.EqualTo((10L, 30L)));
    }
}
