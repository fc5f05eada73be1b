using System;
using System.Diagnostics;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 7: an answer that is sent while request bytes are unread reaches the client.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class LingeringCloseTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private static readonly byte[] Answer = "413 too much"u8.ToArray();

    [Test, CancelAfter(30_000)]
    public async Task The_answer_reaches_a_client_that_writes_everything_before_it_reads([Values(256 * 1024, 2 * 1024 * 1024)] int requestBytes)
    {
        var listener = Harness.Listen(async connection =>
        {
            var result = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(result.Buffer.End);
            await connection.Output.WriteAsync(Answer);
            await connection.CloseLingeringAsync(TimeSpan.FromSeconds(20), maxBytes: 64 * 1024 * 1024);
        });
        var client = await Harness.ConnectAsync(listener);
        await client.WriteAsync(new byte[requestBytes]);
        await client.HalfCloseAsync();
        var end = await client.ReadUntilClosedAsync();
        Assert.That(end.Bytes, Is.EqualTo(Answer));
        Assert.That(end.IsReset, Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task Lingering_ends_after_the_bytes_that_it_may_drop()
    {
        var listener = Harness.Listen(async connection =>
        {
            await connection.Output.WriteAsync(Answer);
            await connection.CloseLingeringAsync(TimeSpan.FromSeconds(25), maxBytes: 128 * 1024);
        });
        var client = await Harness.ConnectAsync(listener);
        var sending = client.WriteAsync(new byte[64 * 1024 * 1024]);
        Assert.That(async () => await sending, Throws.InstanceOf<System.IO.IOException>(), "the client is cut off long before the end");
    }

    [Test, CancelAfter(30_000)]
    public async Task Lingering_ends_when_its_time_is_over()
    {
        var lingered = NewSource<TimeSpan>();
        var listener = Harness.Listen(async connection =>
        {
            var clock = Stopwatch.StartNew();
            await connection.CloseLingeringAsync(TimeSpan.FromMilliseconds(150), maxBytes: long.MaxValue);
            lingered.SetResult(clock.Elapsed);
        });

        // The client neither sends nor ends.
        await Harness.ConnectAsync(listener);
        // The loop's clock is as coarse as the kernel's tick, so a little less by a finer clock.
        Assert.That(await lingered.Task.WaitAsync(Token), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(135)));
        await Eventually.TrueAsync(() => listener.Connections == 0, "the connection has ended");
    }

    [Test, CancelAfter(30_000)]
    public async Task Lingering_ends_at_once_when_the_client_ends()
    {
        var lingered = NewSource();
        var listener = Harness.Listen(async connection =>
        {
            await connection.CloseLingeringAsync(TimeSpan.FromMinutes(10), maxBytes: long.MaxValue);
            lingered.SetResult();
        });
        var client = await Harness.ConnectAsync(listener);
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
        await client.HalfCloseAsync();
        await lingered.Task.WaitAsync(Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task Lingering_survives_a_reset()
    {
        var started = NewSource();
        var lingered = NewSource();
        var listener = Harness.Listen(async connection =>
        {
            started.SetResult();
            await connection.CloseLingeringAsync(TimeSpan.FromMinutes(10), maxBytes: long.MaxValue);
            lingered.SetResult();
        });
        var client = await Harness.ConnectAsync(listener);
        await started.Task.WaitAsync(Token);
        client.Reset();
        await lingered.Task.WaitAsync(Token);
    }
}
