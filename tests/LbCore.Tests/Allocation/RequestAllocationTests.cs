using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Allocation;

/// <summary>A keep-alive request allocates nothing. Alone, since it looks at a loop's thread.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.EpollBare))]
[NonParallelizable]
internal sealed class RequestAllocationTests
{
    private const int Requests = 2_000;
    private const int AtOnce = 8;

    private static readonly byte[] Request = "GET /path?query HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nConnection: keep-alive, user-agent\r\nUser-Agent: u\r\n\r\n"u8.ToArray();
    private static readonly byte[] Response = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"u8.ToArray();

    private readonly EngineCase _engine;

    public RequestAllocationTests(EngineCase engine) => _engine = engine;

    [TestCase(null)]
    [TestCase(AccessLogFormat.Combined)]
    [TestCase(AccessLogFormat.Json)]
    [CancelAfter(60_000)]
    public async Task A_keep_alive_request_allocates_nothing_in_steady_state(AccessLogFormat? log, CancellationToken token)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var options = BalancerHarness.Options(_engine, [listener.LocalEndPoint!]);
        options.Listeners["web"].Mode = ListenerMode.Http;
        options.AccessLog.Path = log is null ? null : "/dev/null";
        options.AccessLog.Format = log ?? AccessLogFormat.Combined;
        await using var balancer = LoadBalancer.Create(options, null, new LoadBalancerEnvironment { Transport = new TransportOptions() });
        await balancer.StartAsync(token);
        var clients = new Socket[AtOnce];
        var backends = new Socket[AtOnce];
        for (var i = 0; i < AtOnce; i++)
        {
            clients[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            clients[i].Connect(balancer.EndPoints["web"]);
            clients[i].Send(Request);
            backends[i] = listener.Accept();
            backends[i].NoDelay = true;
        }

        // Each backend connection has its first request, which is answered with all the others.
        var buffer = new byte[4096];
        var forwarded = Encoding.ASCII.GetBytes("\r\n\r\n");
        Exchange(clients, backends, buffer, forwarded, Requests, sendFirst: false);
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var before = await AllocatedAsync(balancer);
            Exchange(clients, backends, buffer, forwarded, Requests, sendFirst: true);
            least = Math.Min(least, await AllocatedAsync(balancer) - before);
        }

        foreach (var socket in (Socket[])[.. clients, .. backends])
        {
            socket.Dispose();
        }

        // What the measurement itself allocates on the loops is a fixed few bytes, not some for each of thousands of requests.
        Assert.That(least / Requests, Is.Zero, $"{least} bytes for {Requests} requests");
        Assert.That(least, Is.LessThan(2048));
    }

    // All requests wait at once: each of their backends has answered before the first response is read.
    private static void Exchange(Socket[] clients, Socket[] backends, byte[] buffer, byte[] end, int count, bool sendFirst)
    {
        for (var done = 0; done < count; done += AtOnce)
        {
            if (sendFirst || done > 0)
            {
                foreach (var client in clients)
                {
                    client.Send(Request);
                }
            }

            foreach (var backend in backends)
            {
                ReceiveUntil(backend, buffer, end);
            }

            foreach (var backend in backends)
            {
                backend.Send(Response);
            }

            foreach (var client in clients)
            {
                ReceiveUntil(client, buffer, "hello"u8);
            }
        }
    }

    private static void ReceiveUntil(Socket socket, byte[] buffer, ReadOnlySpan<byte> end)
    {
        var count = 0;
        do
        {
            count += socket.Receive(buffer, count, buffer.Length - count, SocketFlags.None);
        }
        while (!buffer.AsSpan(0, count).EndsWith(end));
    }

    /// <summary>Asks the loops' own threads, so that whatever else runs in the process does not count.</summary>
    private static async Task<long> AllocatedAsync(LoadBalancer balancer)
    {
        long sum = 0;
        foreach (var loop in balancer.Running!.Engine.Loops)
        {
            var reading = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(static state => ((TaskCompletionSource<long>)state!).SetResult(GC.GetAllocatedBytesForCurrentThread()), reading);
            sum += await reading.Task;
        }

        return sum;
    }
}
