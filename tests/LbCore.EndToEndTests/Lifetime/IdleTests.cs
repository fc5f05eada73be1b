using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

internal sealed class IdleTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // Both engines at once: neither does anything, so neither is in the other's way.
    [Test]
    [CancelAfter(90_000)]
    public Task An_idle_process_with_open_connections_uses_under_half_a_percent_of_a_core(CancellationToken cancellationToken) =>
        Task.WhenAll(Engines.All.Select(engine => AssertIdlesAsync(engine, cancellationToken)));

    private static async Task AssertIdlesAsync(string engine, CancellationToken cancellationToken)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);
        List<Socket> clients = [];
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await balancer.ConnectAsync(cancellationToken));
            await clients[i].PingAsync(cancellationToken);
        }

        await WaitUntilQuietAsync(balancer.Id, cancellationToken);

        // The quietest of three windows: what others do on the machine makes each wake-up dearer.
        var least = double.MaxValue;
        for (var window = 0; window < 3 && least >= 0.005; window++)
        {
            var start = Stopwatch.GetTimestamp();
            var before = ProcessStatus.CpuTicks(balancer.Id);
            await Task.Delay(Window, cancellationToken);
            var used = ProcessStatus.CpuTicks(balancer.Id) - before;
            least = Math.Min(least, used / (double)ProcessStatus.TicksPerSecond / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Assert.That(least, Is.LessThan(0.005), $"share of a core, {engine}");
        clients.ForEach(client => client.Dispose());
        await balancer.StopAsync();
    }

    // Starting up leaves work behind (tiered compilation, a last collection), which is not what is measured here.
    private static async Task WaitUntilQuietAsync(int processId, CancellationToken cancellationToken)
    {
        var last = -1L;
        await Eventually.TrueAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
                var now = ProcessStatus.CpuTicks(processId);
                var quiet = now - last <= 1;
                last = now;
                return quiet;
            },
            TimeSpan.FromSeconds(30),
            "it comes to rest after starting");
    }
}
