using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Allocation;

/// <summary>Relaying a message allocates nothing. Alone, since it looks at the whole process.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.EpollBare))]
[NonParallelizable]
internal sealed class RelayAllocationTests
{
    private const int Messages = 5_000;

    private readonly EngineCase _engine;

    public RelayAllocationTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(60_000)]
    public async Task Relaying_a_message_allocates_nothing_in_steady_state(CancellationToken token)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var options = BalancerHarness.Options(_engine, [listener.LocalEndPoint!]);
        await using var balancer = LoadBalancer.Create(options, null, new LoadBalancerEnvironment { Transport = new TransportOptions() });
        await balancer.StartAsync(token);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(balancer.EndPoints["web"]);
        using var backend = listener.Accept();
        backend.NoDelay = true;

        // Plain blocking calls on sockets allocate nothing themselves.
        var message = new byte[64];
        Exchange(client, backend, message, Messages);
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var loopBefore = await LoopAllocationsAsync(balancer);
            Exchange(client, backend, message, Messages);
            least = Math.Min(least, await LoopAllocationsAsync(balancer) - loopBefore);
        }

        // What the measurement itself allocates on the loop is a fixed few bytes, not some for each of thousands of messages.
        Assert.That(least / Messages, Is.Zero, $"{least} bytes for {2 * Messages} messages");
        Assert.That(least, Is.LessThan(1024));
    }

    private static void Exchange(Socket client, Socket backend, byte[] message, int count)
    {
        for (var i = 0; i < count; i++)
        {
            client.Send(message);
            ReceiveAll(backend, message);
            backend.Send(message);
            ReceiveAll(client, message);
        }
    }

    private static void ReceiveAll(Socket socket, byte[] message)
    {
        for (var received = 0; received < message.Length;)
        {
            received += socket.Receive(message, received, message.Length - received, SocketFlags.None);
        }
    }

    /// <summary>Asks the loop's own thread, so that whatever else runs in the process does not count.</summary>
    private static Task<long> LoopAllocationsAsync(LoadBalancer balancer)
    {
        var reading = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        balancer.Running!.Engine.Loops[0].Post(
            static state => ((TaskCompletionSource<long>)state!).SetResult(GC.GetAllocatedBytesForCurrentThread()), reading);
        return reading.Task;
    }
}
