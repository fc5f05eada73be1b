using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>Endless bodies that nobody takes: what is held for them is what the two directions' buffers hold, and no more.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class StalledBodyTests(string engine)
{
    // The kernel holds megabytes for each, and shall not run short of memory for sockets.
    private const int Requests = 50;

    // A receive buffer for each direction (docs/operations.md, "Limits"), and what the runtime takes for its code and heap.
    private const long MaxKiB = (Requests * 2 * 68) + (16 * 1024);

    private static readonly TimeSpan StillFor = TimeSpan.FromSeconds(1);

    private long _sent;

    [SetUp]
    public void Reset() => _sent = 0;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_nothing_of_a_response_holds_a_bounded_part_of_it(CancellationToken token)
    {
        await using var balancer = await AssertHeldAsync(
            async (backend, stopping) =>
            {
                await backend.ReceiveAsync(new byte[4096], stopping);
                await SendForEverAsync(backend, "HTTP/1.1 200 OK\r\n\r\n", stopping);
            },
            static (client, end) => client.SendAllAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), end),
            token);
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_takes_nothing_of_a_request_holds_a_bounded_part_of_it(CancellationToken token)
    {
        await using var balancer = await AssertHeldAsync(
            static (_, stopping) => Task.Delay(Timeout.Infinite, stopping),
            (client, end) =>
            {
                _ = SendForEverAsync(client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\n", end);
                return Task.CompletedTask;
            },
            token);
        await balancer.StopAsync();
    }

    /// <summary>Returns the balancer when both sides of all its connections have been closed.</summary>
    private async Task<LbCoreProcess> AssertHeldAsync(
        Func<Socket, CancellationToken, Task> serve, Func<Socket, CancellationToken, Task> ask, CancellationToken token)
    {
        await using var backend = SocketBackend.Start(serve);
        var balancer = await LbCoreProcess.StartHttpAsync(engine, [backend.Address]);
        var clients = new List<Socket>();
        try
        {
            // One first, for the code.
            await AskAsync();
            var before = ProcessStatus.ResidentKiB(balancer.Id);
            for (var i = 0; i < Requests; i++)
            {
                await AskAsync();
            }

            // Whoever took in all that is sent would be seen here: it would never settle.
            await Eventually.SettlesAsync(() => Volatile.Read(ref _sent), StillFor, token);
            var grown = ProcessStatus.ResidentKiB(balancer.Id) - before;
            await TestContext.Out.WriteLineAsync($"{grown} KiB for {Requests} requests, {_sent / 1024} KiB sent");
            Assert.That(grown, Is.LessThanOrEqualTo(MaxKiB));
            return balancer;
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        async Task AskAsync()
        {
            var before = Volatile.Read(ref _sent);
            clients.Add(await balancer.ConnectAsync(token));
            await ask(clients[^1], token);
            await Eventually.TrueAsync(() => Volatile.Read(ref _sent) > before, "its body flows");
            await Eventually.TrueAsync(() => backend.Accepted == clients.Count, "it has reached the backend");
        }
    }

    private async Task SendForEverAsync(Socket socket, string head, CancellationToken token)
    {
        await socket.SendAllAsync(Encoding.ASCII.GetBytes(head), token);
        var piece = new byte[64 * 1024];
        while (true)
        {
            Interlocked.Add(ref _sent, await socket.SendAsync(piece, token));
        }
    }
}
