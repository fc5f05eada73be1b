using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>What requests cost in memory while their bodies flow, and while they wait.</summary>
[TestFixture]
internal sealed class MemoryTests
{
    private const int Waiting = 5_000;

    // What the requests hold is less; with the runtime that collects garbage, when it last did moves the figure by a KiB.
    private const long MaxKiBEach = 10;

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(120_000)]
    public async Task Memory_does_not_grow_with_the_size_of_bodies(bool chunked, CancellationToken token)
    {
        const long small = 16 * 1024 * 1024;
        const long large = 1024L * 1024 * 1024;
        await using var kestrel = await KestrelServer.StartAsync();
        await using var balancer = await LbCoreProcess.StartHttpAsync(Engines.Epoll, [kestrel.Address]);
        await EchoAsync(balancer, small, chunked, token);
        await EchoAsync(balancer, small, chunked, token);
        var before = ProcessStatus.ResidentKiB(balancer.Id);
        await EchoAsync(balancer, large, chunked, token);
        var grown = ProcessStatus.ResidentKiB(balancer.Id) - before;
        await TestContext.Out.WriteLineAsync($"{grown} KiB more after 1 GiB each way");
        Assert.That(grown, Is.LessThan(16 * 1024));
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Five_thousand_requests_that_wait_for_a_slow_backend_cost_at_most_10_KiB_each(CancellationToken token)
    {
        await using var backend = SocketBackend.Start(static async (socket, stopping) =>
        {
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, stopping) > 0)
            {
            }
        });
        var program = Environment.GetEnvironmentVariable("LBCORE_AOT") is { Length: > 0 } aot ? aot : LbCoreBinary.Path;
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            program, [.. LbCoreProcess.Arguments(Engines.Epoll, [backend.Address]), "--set", "listeners.listen1.maxConnectionsPerAddress=10000"]);

        // Code, pools and the heap's own reserve first, so that what is counted is the requests'.
        await WaitAsync(balancer, backend, 1000, 1000, token);
        var accepted = backend.Accepted;
        var before = ProcessStatus.ResidentKiB(balancer.Id);
        var after = await WaitAsync(balancer, backend, Waiting, accepted + Waiting, token);
        await TestContext.Out.WriteLineAsync($"{(after - before) / (double)Waiting:F2} KiB for each of {Waiting} requests ({program})");
        Assert.That(after - before, Is.LessThanOrEqualTo(MaxKiBEach * Waiting));
        await balancer.StopAsync();
    }

    private static async Task<long> WaitAsync(LbCoreProcess balancer, SocketBackend backend, int count, int accepted, CancellationToken token)
    {
        var clients = new Socket[count];
        for (var i = 0; i < count; i++)
        {
            clients[i] = await balancer.ConnectAsync(token);
            await clients[i].SendAsync("GET /some/path HTTP/1.1\r\nHost: example.com\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n"u8.ToArray(), token);
        }

        await Eventually.TrueAsync(() => backend.Accepted == accepted, TimeSpan.FromSeconds(30), "every request waits");
        var resident = ProcessStatus.ResidentKiB(balancer.Id);
        foreach (var client in clients)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }

        await Eventually.TrueAsync(() => ProcessStatus.Descriptors(balancer.Id).Sockets < 100, TimeSpan.FromSeconds(30), "all have ended");
        return resident;
    }

    private static async Task EchoAsync(LbCoreProcess balancer, long length, bool chunked, CancellationToken token)
    {
        using var client = await WireClient.ConnectAsync(balancer, token);
        using var body = new ContentStream(seed: 1, length);
        await client.SendHeadAsync("POST /echo", body, chunked, token);
        var sending = Task.Run(() => client.SendBodyAsync(body, chunked, token), token);
        using var response = await client.ReadWholeResponseAsync(token);
        await sending;
        Assert.That((response.Status, response.End, response.Body), Is.EqualTo((200, WireEnd.Whole, body.Summary)), $"{response}");
    }
}
