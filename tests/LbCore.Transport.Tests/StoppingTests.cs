using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 10: a stop takes no new arrivals, and loses nobody who has arrived.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class StoppingTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    // As in the product: harnesses have no grace by default.
    [SetUp]
    public void StartWithGrace() => Start(static options => options with { StopGrace = new TransportOptions().StopGrace });

    // A few, and more than a loop accepts in three dispatches.
    [Test, CancelAfter(30_000)]
    public async Task Stopping_serves_what_waits_in_the_backlog_and_takes_nothing_after([Values(20, 400)] int waiting)
    {
        // The loops are held while the clients arrive, so that all of them wait when the stop begins.
        var listener = Harness.Listen(EchoAsync);
        using var held = HeldLoops.Hold(Harness.Engine, Token);
        var clients = new List<RawClient>();
        for (var i = 0; i < waiting; i++)
        {
            clients.Add(await Harness.ConnectAsync(listener));
        }

        var stopping = listener.StopAcceptingAsync();
        held.Release();
        await stopping.WaitAsync(Token);
        foreach (var client in clients)
        {
            await EchoesAsync(client);
        }

        Assert.That(async () => await RawClient.ConnectAsync(listener.EndPoint, Token), Throws.InstanceOf<SocketException>());
        var drained = listener.WhenDrainedAsync();
        Assert.That(drained.IsCompleted, Is.False);
        clients.ForEach(client => client.Dispose());
        await drained.WaitAsync(Token);
        await listener.StopAcceptingAsync().WaitAsync(Token);
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_arrives_in_the_moment_of_a_stop_is_served_or_refused_and_never_reset()
    {
        Assume.That(OperatingSystem.IsLinux(), Is.True, "arrivals can be kept away on Linux only");
        for (var round = 0; round < 25; round++)
        {
            var listener = Harness.Listen(EchoAsync);
            using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var served = 0;
            var resets = new ConcurrentQueue<Exception>();
            var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (await TryConnectAsync(listener, stopped.Token) is { } client)
                {
                    try
                    {
                        await using var stream = new NetworkStream(client, ownsSocket: true);

                        // Ends with a reset, which leaves no TIME_WAIT behind.
                        client.LingerState = new LingerOption(enable: true, seconds: 0);
                        await stream.WriteAsync("ping"u8.ToArray(), Token);
                        await stream.ReadExactlyAsync(new byte[4], Token);
                        Interlocked.Increment(ref served);
                    }
                    catch (IOException e)
                    {
                        resets.Enqueue(e);
                    }
                }
            })).ToArray();
            await Eventually.TrueAsync(() => Volatile.Read(ref served) > 20 + round, "clients come and go");
            await listener.StopAcceptingAsync().WaitAsync(Token);
            await stopped.CancelAsync();
            await Task.WhenAll(clients).WaitAsync(Token);
            Assert.That(resets, Is.Empty, $"round {round}, {served} were served");
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Stopping_at_the_limit_of_connections_serves_those_who_wait_as_well()
    {
        var listener = Harness.Listen(EchoAsync, options => options with { MaxConnections = 1 });
        var clients = new List<RawClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await Harness.ConnectAsync(listener));
        }

        await Eventually.TrueAsync(() => listener.Connections == 1, "one is served");
        await listener.StopAcceptingAsync().WaitAsync(Token);
        foreach (var client in clients)
        {
            await EchoesAsync(client);
        }
    }

    /// <summary>Returns null when the listener refuses, or has stopped without an answer: the kernel would ask again for long.</summary>
    private static async Task<Socket?> TryConnectAsync(TransportListener listener, CancellationToken stopped)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(listener.EndPoint, stopped);
            return socket;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            socket.Dispose();
            return null;
        }
    }

    private static async Task EchoesAsync(RawClient client)
    {
        await client.WriteAsync("ping"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(4), Is.EqualTo("ping"u8.ToArray()));
    }
}
