using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 2: a dispatch has a budget, and timers run every turn.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoop))]
public sealed class FairnessTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int Message = 16;

    [Test, CancelAfter(60_000)]
    public async Task A_bulk_stream_a_pipelining_client_and_a_ping_pong_client_all_progress()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var listener = Harness.Listen(EchoMessagesAsync);
        var bulkListener = Harness.Listen(DrainAsync);
        var bulk = await Harness.ConnectAsync(bulkListener);
        var pipelining = await Harness.ConnectAsync(listener);
        var pingPong = await Harness.ConnectAsync(listener);

        long bulkBytes = 0;
        long pipelined = 0;
        var bulkRun = Task.Run(async () =>
        {
            var block = new byte[1024 * 1024];
            while (!stop.IsCancellationRequested)
            {
                await bulk.WriteAsync(block);
                Interlocked.Add(ref bulkBytes, block.Length);
            }
        });
        var pipelineRun = Task.Run(async () =>
        {
            var requests = new byte[Message * 4096];
            while (!stop.IsCancellationRequested)
            {
                var writing = pipelining.WriteAsync(requests);
                await pipelining.ReadExactlyAsync(requests.Length);
                await writing;
                Interlocked.Add(ref pipelined, 4096);
            }
        });

        await Eventually.TrueAsync(() => bulkBytes > 0 && pipelined > 0, TimeSpan.FromSeconds(30), "both busy clients run");
        var bytesBefore = Interlocked.Read(ref bulkBytes);
        var pipelinedBefore = Interlocked.Read(ref pipelined);
        var ping = new byte[Message];
        for (var i = 0; i < 200; i++)
        {
            await pingPong.WriteAsync(ping);
            await pingPong.ReadExactlyAsync(Message);
        }

        Assert.That(bulkRun.IsCompleted || pipelineRun.IsCompleted, Is.False, "the busy clients went on while the answers came");
        await Eventually.TrueAsync(() => Interlocked.Read(ref bulkBytes) > bytesBefore, "the bulk stream moves");
        await Eventually.TrueAsync(() => Interlocked.Read(ref pipelined) > pipelinedBefore, TimeSpan.FromSeconds(30), "the pipelining client moves");
        await stop.CancelAsync();
        await Task.WhenAll(bulkRun, pipelineRun).WaitAsync(Token);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_reader_that_never_waits_by_itself_lets_others_run_between_its_buffers()
    {
        // The smallest budget, and one byte consumed a read: thousands of reads are ready in one dispatch.
        var harness = Start(options => options with { OperationBudget = 8, ByteBudget = 64 * 1024 });
        const int Bytes = 20_000;
        var postsDuring = 0;
        var reading = true;
        var done = NewSource();
        var listener = harness.Listen(async connection =>
        {
            connection.Loop.Post(Count, null);
            for (var left = Bytes; left > 0; left--)
            {
                var result = await connection.Input.ReadAsync();
                connection.Input.AdvanceTo(result.Buffer.GetPosition(1));
            }

            reading = false;
            done.SetResult();

            void Count(object? state)
            {
                if (reading)
                {
                    postsDuring++;
                    connection.Loop.Post(Count, null);
                }
            }
        });
        var client = await harness.ConnectAsync(listener);
        await client.WriteAsync(new byte[Bytes]);
        await done.Task.WaitAsync(Token);
        Assert.That(postsDuring, Is.GreaterThan(10));
    }

    [Test, CancelAfter(60_000)]
    public async Task Timers_fire_while_a_bulk_stream_runs()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var listener = Harness.Listen(DrainAsync);
        var bulk = await Harness.ConnectAsync(listener);
        var bulkRun = Task.Run(async () =>
        {
            var block = new byte[1024 * 1024];
            while (!stop.IsCancellationRequested)
            {
                await bulk.WriteAsync(block);
            }
        });
        var loop = Harness.Engine.Loops[0];
        for (var i = 0; i < 5; i++)
        {
            var timer = new TestTimer();
            await Harness.RunAsync(loop, () =>
            {
                timer.Set(loop, TimeSpan.FromMilliseconds(20));
                return true;
            });
            await timer.Fired.WaitAsync(Token);
        }

        Assert.That(bulkRun.IsCompleted, Is.False);
        await stop.CancelAsync();
        await bulkRun.WaitAsync(Token);
    }

    private static async Task EchoMessagesAsync(TransportConnection connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            if (result.Buffer.Length < Message)
            {
                if (result.IsCompleted)
                {
                    return;
                }

                connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            // One answer a message: the dear way that a pipelining client asks for.
            var message = result.Buffer.Slice(0, Message);
            var sent = await connection.SendAsync(message);
            connection.Input.AdvanceTo(message.End);
            if (sent.IsCompleted)
            {
                return;
            }
        }
    }
}
