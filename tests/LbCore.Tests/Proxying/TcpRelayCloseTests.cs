using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying;

/// <summary>Resets, blocked peers and idle pairs.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
internal sealed class TcpRelayCloseTests
{
    private const int SmallBuffers = 8 * 1024;

    private readonly EngineCase _engine;

    public TcpRelayCloseTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_resets_resets_the_client_after_what_it_sent(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token);
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        await client.WriteAsync("x"u8.ToArray());
        await backend.ReadExactlyAsync(1);
        await backend.WriteAsync("part of an answer"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(17), Is.EqualTo("part of an answer"u8.ToArray()));
        backend.Reset();

        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.Stage, outcome.RetrySafety, outcome.ClientClose, outcome.BackendClose),
            Is.EqualTo((FailureSource.Backend, Stage.Forward, RetrySafety.Never, CloseReason.OtherSideAborted, CloseReason.PeerReset)));
        Assert.That(harness.State(0).Failures, Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_resets_while_the_relay_waits_to_send_to_it_resets_the_backend(CancellationToken token)
    {
        using var listener = new RawListener(token, bufferSize: SmallBuffers);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token);
        using var client = await harness.ConnectAsync(SmallBuffers);
        using var backend = await listener.AcceptAsync();
        var writing = FillAsync(backend, out var written);
        await Eventually.SettlesAsync(written, TimeSpan.FromMilliseconds(300), token);
        client.Reset();

        // Blocked until then, the backend's write ends with the reset.
        Assert.That(async () => await writing, Throws.InstanceOf<IOException>());
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.ClientClose, outcome.BackendClose),
            Is.EqualTo((FailureSource.Client, CloseReason.PeerReset, CloseReason.OtherSideAborted)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_a_client_sent_before_its_reset_still_reaches_a_backend_that_reads(CancellationToken token)
    {
        using var listener = new RawListener(token, bufferSize: SmallBuffers);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token);
        using var client = await harness.ConnectAsync(SmallBuffers);
        using var backend = await listener.AcceptAsync();
        _ = FillAsync(client, out var written);
        await Eventually.SettlesAsync(written, TimeSpan.FromMilliseconds(300), token);
        client.Reset();
        var end = await backend.ReadUntilClosedAsync();

        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(end.IsReset, Is.True, "a stream that was cut must not look whole");
        Assert.That(outcome.FailedBy, Is.EqualTo(FailureSource.Client));

        // The kernel drops what is still in its own queue when we reset; all else has been delivered.
        Assert.That(end.Bytes, Has.Length.GreaterThan(0).And.Length.LessThanOrEqualTo(outcome.BytesUp));
        Assert.That(end.Bytes.AsSpan().ContainsAnyExcept((byte)'f'), Is.False, "foreign bytes");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task After_the_clients_reset_a_backend_that_does_not_read_is_cut_soon(CancellationToken token)
    {
        using var listener = new RawListener(token, bufferSize: SmallBuffers);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync(SmallBuffers);
        using var backend = await listener.AcceptAsync();
        _ = FillAsync(client, out var written);
        await Eventually.SettlesAsync(written, TimeSpan.FromMilliseconds(300), token);
        client.Reset();

        // Far less than the idle timeout of 10 minutes, in steps: the reset is noticed at some moment between them.
        await Eventually.TrueAsync(
            () =>
            {
                harness.Advance(TimeSpan.FromMilliseconds(100));
                return harness.Outcomes.Count == 1;
            },
            "the pair is cut");
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(outcome.FailedBy, Is.EqualTo(FailureSource.Client));
        Assert.That(outcome.TotalMilliseconds, Is.LessThan(10 * 60_000));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_idle_pair_is_reset_on_both_sides_and_activity_puts_that_off(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        await PingAsync(client, backend);

        harness.Advance(TimeSpan.FromMinutes(9));
        await PingAsync(client, backend);
        harness.Advance(TimeSpan.FromMinutes(9));
        await PingAsync(backend, client);
        Assert.That(harness.Outcomes.Count, Is.Zero);

        // In steps: a timer set while the clock jumps is late by the jump.
        await Eventually.TrueAsync(
            () =>
            {
                harness.Advance(TimeSpan.FromSeconds(30));
                return harness.Outcomes.Count == 1;
            },
            "the pair is cut");
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
        Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(
            (outcome.FailedBy, outcome.ClientClose, outcome.BackendClose),
            Is.EqualTo((FailureSource.Proxy, CloseReason.IdleTimeout, CloseReason.IdleTimeout)));
        Assert.That(outcome.TotalMilliseconds, Is.GreaterThanOrEqualTo(28 * 60_000));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_idle_pair_with_one_direction_ended_is_cut_too(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        client.SendFin();
        Assert.That(await backend.ReadToEndAsync(), Is.Empty);
        await Eventually.TrueAsync(
            () =>
            {
                harness.Advance(TimeSpan.FromSeconds(30));
                return harness.Outcomes.Count == 1;
            },
            "the pair is cut");
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
        Assert.That((await harness.Outcomes.WaitForAsync(1)).ClientClose, Is.EqualTo(CloseReason.IdleTimeout));
    }

    private static async Task PingAsync(RawClient from, RawClient to)
    {
        await from.WriteAsync("x"u8.ToArray());
        await to.ReadExactlyAsync(1);
    }

    /// <summary>Writes until the other side has gone.</summary>
    private static Task FillAsync(RawClient client, out Func<long> written)
    {
        var total = 0L;
        written = () => Interlocked.Read(ref total);
        return RunAsync();

        async Task RunAsync()
        {
            var chunk = new byte[16 * 1024];
            chunk.AsSpan().Fill((byte)'f');
            while (true)
            {
                await client.WriteAsync(chunk);
                Interlocked.Add(ref total, chunk.Length);
            }
        }
    }
}
