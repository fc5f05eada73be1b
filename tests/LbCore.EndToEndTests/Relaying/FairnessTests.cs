using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Relaying;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class FairnessTests(string engine)
{
    private const long BulkTarget = 256L * 1024 * 1024;
    private const long PipelineTarget = 20_000;
    private const long PingPongTarget = 500;
    private const int MessageLength = 64;

    // All three go on until the slowest has reached its goal: one that starves ends the test at its deadline.
    [Test]
    [CancelAfter(120_000)]
    public async Task A_bulk_stream_a_pipelining_client_and_a_ping_pong_client_all_progress_on_one_loop(CancellationToken cancellationToken)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address], "--loops", "1");
        using var bulk = await balancer.ConnectAsync(cancellationToken);
        using var pipeline = await balancer.ConnectAsync(cancellationToken);
        using var pingPong = await balancer.ConnectAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var goals = new Goals(stop);

        Task[] clients =
        [
            SendForeverAsync(bulk, new byte[256 * 1024], stop.Token),
            CountAsync(bulk, unit: 1, bytes => goals.Bulk += bytes, goals, stop.Token),
            SendForeverAsync(pipeline, new byte[MessageLength * 100], stop.Token),
            CountAsync(pipeline, MessageLength, messages => goals.Pipeline += messages, goals, stop.Token),
            PingPongAsync(pingPong, goals, stop.Token),
        ];
        await Task.WhenAll(clients);

        Assert.That(cancellationToken.IsCancellationRequested, Is.False, goals.ToString());
        Assert.That(goals.AreReached, Is.True, goals.ToString());

        // Nobody reads what is still under way; closing now resets, so that the drain has nothing to wait for.
        foreach (var client in new[] { bulk, pipeline, pingPong })
        {
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }

        await balancer.StopAsync();
    }

    private static async Task SendForeverAsync(Socket socket, byte[] message, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await socket.SendAllAsync(message, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Every goal is reached.
        }
    }

    private static async Task CountAsync(Socket socket, int unit, Action<long> add, Goals goals, CancellationToken stop)
    {
        var buffer = new byte[256 * 1024];
        long rest = 0;
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer, stop)) > 0)
            {
                rest += count;
                add(rest / unit);
                rest %= unit;
                goals.Check();
            }
        }
        catch (OperationCanceledException)
        {
            // Every goal is reached.
        }
    }

    private static async Task PingPongAsync(Socket socket, Goals goals, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await socket.PingAsync(stop);
                goals.PingPong++;
                goals.Check();
            }
        }
        catch (OperationCanceledException)
        {
            // Every goal is reached.
        }
    }

    // Each figure has one writer; the others read it late at worst, which delays the end by a message.
    private sealed class Goals(CancellationTokenSource reached)
    {
        public long Bulk { get; set; }

        public long Pipeline { get; set; }

        public long PingPong { get; set; }

        public bool AreReached => Bulk >= BulkTarget && Pipeline >= PipelineTarget && PingPong >= PingPongTarget;

        public void Check()
        {
            if (AreReached)
            {
                reached.Cancel();
            }
        }

        public override string ToString() => $"bulk {Bulk} bytes, pipeline {Pipeline} messages, ping-pong {PingPong} round trips";
    }
}
