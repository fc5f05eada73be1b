using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 8: a connection that has no bytes has no buffer, and pools melt away while idle.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class BufferReturnTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int Connections = 50;

    [Test, CancelAfter(60_000)]
    public async Task Idle_connections_hold_no_buffer_after_traffic()
    {
        var listener = Harness.Listen(EchoAsync);
        var clients = await ConnectManyAsync(listener);
        foreach (var client in clients)
        {
            await client.WriteAsync(TestRandom.Bytes(30_000));
            await client.ReadExactlyAsync(30_000);
        }

        await NothingIsRentedAsync();
        Assert.That(Harness.Engine.ReadCounters().OpenConnections, Is.EqualTo(Connections));
    }

    [Test, CancelAfter(60_000)]
    public async Task Connections_that_never_sent_anything_hold_no_buffer()
    {
        var listener = Harness.Listen(EchoAsync);
        await ConnectManyAsync(listener);
        await NothingIsRentedAsync();
    }

    [Test, CancelAfter(60_000)]
    public async Task Half_read_heads_hold_a_buffer_until_they_are_consumed()
    {
        var consume = NewSource();
        var held = 0;
        var listener = Harness.Listen(async connection =>
        {
            var result = await connection.Input.ReadAtLeastAsync(10);
            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            System.Threading.Interlocked.Increment(ref held);
            await consume.Task;
            await connection.Loop.SwitchTo();
            result = await connection.Input.ReadAtLeastAsync(20);
            connection.Input.AdvanceTo(result.Buffer.End);
            await DrainAsync(connection);
        });
        var clients = await ConnectManyAsync(listener);
        foreach (var client in clients)
        {
            await client.WriteAsync(new byte[10]);
        }

        await Eventually.TrueAsync(() => held == Connections, "every head is half read");
        Assert.That(Harness.Engine.ReadCounters().RentedBuffers, Is.GreaterThanOrEqualTo(Connections));
        consume.SetResult();
        foreach (var client in clients)
        {
            await client.WriteAsync(new byte[10]);
        }

        await NothingIsRentedAsync();
    }

    [Test, CancelAfter(60_000)]
    public async Task The_pool_melts_away_while_idle()
    {
        var time = new FakeTimeProvider();
        var harness = Start(options => options with { TimeProvider = time });
        var listener = harness.Listen(async connection =>
        {
            var result = await connection.Input.ReadAtLeastAsync(500_000);
            connection.Input.AdvanceTo(result.Buffer.End);
            await EchoAsync(connection);
        });
        var client = await harness.ConnectAsync(listener);
        await client.WriteAsync(new byte[500_000]);
        await Eventually.TrueAsync(() => harness.Engine.ReadCounters().PooledBuffers > 2, "the bytes were held and have been consumed");
        await NothingIsRentedAsync();
        for (var period = 0; period < 20; period++)
        {
            time.Advance(TimeSpan.FromSeconds(2.1));
            foreach (var loop in harness.Engine.Loops)
            {
                // Wakes the loop to see the new time, and comes back after the turn in which its timers ran.
                await harness.RunAsync(loop, () => true);
                await harness.RunAsync(loop, () => true);
                await harness.RunAsync(loop, () => true);
            }
        }

        Assert.That(harness.Engine.ReadCounters().PooledBuffers, Is.LessThanOrEqualTo(harness.Engine.Loops.Count));

        // Stopping a listener takes a little time of its own.
        time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(100);
    }

    private Task NothingIsRentedAsync() =>
        Eventually.TrueAsync(() => Harness.Engine.ReadCounters().RentedBuffers == 0, "every buffer has gone back");

    private async Task<List<RawClient>> ConnectManyAsync(TransportListener listener)
    {
        var clients = new List<RawClient>();
        for (var i = 0; i < Connections; i++)
        {
            clients.Add(await Harness.ConnectAsync(listener));
        }

        return clients;
    }
}
