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
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class TcpRelayCloseTests
{
    // Of whoever does not read. A writer with small ones would wait for delayed acknowledgements, 40 ms each.
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
        using var listener = new RawListener(token);
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
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        _ = FillAsync(client, out var written);
        await Eventually.SettlesAsync(written, TimeSpan.FromMilliseconds(300), token);
        client.Reset();
        var end = await backend.ReadUntilClosedAsync();

        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(end.IsReset, Is.True, "a stream that was cut must not look whole");
        Assert.That(outcome.FailedBy, Is.EqualTo(FailureSource.Client));

        Assert.That(end.Bytes, Has.Length.GreaterThan(0).And.Length.EqualTo(outcome.BytesUp), "all of it, also what the kernel held");
        Assert.That(end.Bytes.AsSpan().ContainsAnyExcept((byte)'f'), Is.False, "foreign bytes");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task After_the_clients_reset_a_backend_that_does_not_read_is_cut_by_the_idle_timeout(CancellationToken token)
    {
        using var listener = new RawListener(token, bufferSize: SmallBuffers);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        _ = FillAsync(client, out var written);
        await Eventually.SettlesAsync(written, TimeSpan.FromMilliseconds(300), token);
        client.Reset();

        // In steps: the reset is noticed at some moment between them.
        await AdvanceUntilCutAsync(harness, TimeSpan.FromSeconds(10));
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That((outcome.FailedBy, outcome.BackendClose), Is.EqualTo((FailureSource.Client, CloseReason.IdleTimeout)));
        Assert.That(outcome.TotalMilliseconds, Is.GreaterThanOrEqualTo(10 * 60_000));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reset_that_follows_a_FIN_resets_the_other_side_without_waiting([Values] bool byClient, CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        var (leaver, stayer) = byClient ? (client, backend) : (backend, client);
        leaver.SendFin();
        Assert.That(await stayer.ReadToEndAsync(), Is.Empty);
        leaver.Reset();

        // The managed engine looks a few times a second. The kernel takes its own time, whatever clock the loops have.
        await AdvanceUntilCutAsync(harness, TimeSpan.FromMilliseconds(5));

        // A reader that has met FIN is told of no reset; a writer is.
        Assert.That(
            async () =>
            {
                while (true)
                {
                    await stayer.WriteAsync("x"u8.ToArray());
                }
            },
            Throws.InstanceOf<IOException>());
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That(outcome.FailedBy, Is.EqualTo(byClient ? FailureSource.Client : FailureSource.Backend));
        Assert.That(outcome.TotalMilliseconds, Is.LessThan(60_000));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_receiver_that_is_lost_too_is_not_waited_for(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync(SmallBuffers);
        using var backend = await listener.AcceptAsync();
        client.SendFin();
        Assert.That(await backend.ReadToEndAsync(), Is.Empty);
        await backend.WriteAsync(new byte[1024 * 1024]);
        backend.Reset();
        await harness.StepAsync(TimeSpan.FromSeconds(1));
        client.Reset();
        await AdvanceUntilCutAsync(harness, TimeSpan.FromMilliseconds(5));
        Assert.That((await harness.Outcomes.WaitForAsync(1)).TotalMilliseconds, Is.LessThan(60_000));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_slow_receiver_gets_all_that_was_sent_before_the_reset_however_long_it_takes(CancellationToken token)
    {
        using var listener = new RawListener(token, bufferSize: SmallBuffers);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        _ = FillAsync(client, out var written);
        await Eventually.SettlesAsync(written, TimeSpan.FromMilliseconds(300), token);
        client.Reset();

        // A minute between two reads, so minutes until a receiver opens its window again.
        var end = await ReadSlowlyAsync(backend, harness, TimeSpan.FromMinutes(1));
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That((end.IsReset, end.Bytes.LongLength), Is.EqualTo((true, outcome.BytesUp)));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_receiver_that_takes_bytes_slowly_is_not_idle(CancellationToken token)
    {
        using var listener = new RawListener(token, bufferSize: SmallBuffers);
        await using var harness = await BalancerHarness.StartAsync(
            _engine,
            [listener.EndPoint],
            token,
            options => options.Listeners[BalancerHarness.ListenerName].Timeouts.Idle = TimeSpan.FromSeconds(5),
            new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        var filled = new byte[512 * 1024];
        var writing = client.WriteAsync(filled);
        var end = await ReadSlowlyAsync(backend, harness, TimeSpan.FromSeconds(1), filled.Length);

        await writing;
        Assert.That((end.IsReset, end.Bytes.Length), Is.EqualTo((false, filled.Length)));
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

        await harness.StepAsync(TimeSpan.FromMinutes(9));
        await PingAsync(client, backend);
        await harness.StepAsync(TimeSpan.FromMinutes(9));
        await PingAsync(backend, client);
        Assert.That(harness.Outcomes.Count, Is.Zero);

        // In steps: a timer set while the clock jumps is late by the jump.
        await AdvanceUntilCutAsync(harness, TimeSpan.FromSeconds(30));
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
    public async Task A_pair_with_one_direction_ended_is_cut_sooner_unless_the_other_one_moves([Values] bool byClient, CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartAsync(_engine, [listener.EndPoint], token, time: new FakeTimeProvider());
        using var client = await harness.ConnectAsync();
        using var backend = await listener.AcceptAsync();
        var (leaver, stayer) = byClient ? (client, backend) : (backend, client);
        await PingAsync(client, backend);
        leaver.SendFin();
        Assert.That(await stayer.ReadToEndAsync(), Is.Empty);
        for (var i = 0; i < 5; i++)
        {
            await harness.PassAsync(25);
            await PingAsync(stayer, leaver);
        }

        Assert.That(harness.Outcomes.Count, Is.Zero);
        await AdvanceUntilCutAsync(harness, TimeSpan.FromSeconds(1));
        Assert.That((await leaver.ReadUntilClosedAsync()).IsReset, Is.True);
        var outcome = await harness.Outcomes.WaitForAsync(1);
        Assert.That((outcome.ClientClose, outcome.BackendClose), Is.EqualTo((CloseReason.IdleTimeout, CloseReason.IdleTimeout)));
        Assert.That(outcome.TotalMilliseconds, Is.InRange((125 + 30) * 1000, 5 * 60_000));
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
        await AdvanceUntilCutAsync(harness, TimeSpan.FromSeconds(30));
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.True);
        Assert.That((await harness.Outcomes.WaitForAsync(1)).ClientClose, Is.EqualTo(CloseReason.IdleTimeout));
    }

    private static Task AdvanceUntilCutAsync(BalancerHarness harness, TimeSpan step) => Eventually.TrueAsync(
        () =>
        {
            harness.Advance(step);
            return harness.Outcomes.Count == 1;
        },
        "the pair is cut");

    /// <summary>Reads a little at a time, and lets the clock run on before each time. Ends with the stream, or after <paramref name="count"/> bytes.</summary>
    private static async Task<RawEnd> ReadSlowlyAsync(RawClient client, BalancerHarness harness, TimeSpan pause, int count = int.MaxValue)
    {
        using var all = new MemoryStream();
        var buffer = new byte[8 * 1024];
        try
        {
            while (all.Length < count)
            {
                await harness.StepAsync(pause);

                // The clock must not outrun the kernel, which tells the sender's side of room when it gets to run.
                await Task.Delay(1);
                var reading = client.ReadAsync(buffer);
                await Eventually.TrueAsync(
                    () =>
                    {
                        harness.Advance(TimeSpan.FromMilliseconds(reading.IsCompleted ? 0 : 5));
                        return reading.IsCompleted;
                    },
                    "more bytes, or the end");
                var received = await reading;
                if (received == 0)
                {
                    break;
                }

                all.Write(buffer, 0, received);
            }

            return new RawEnd(all.ToArray(), IsReset: false);
        }
        catch (IOException)
        {
            return new RawEnd(all.ToArray(), IsReset: true);
        }
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
