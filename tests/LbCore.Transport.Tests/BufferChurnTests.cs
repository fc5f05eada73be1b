using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>
/// Contract, point 4, at random: many relayed connections share the loops, either side of each aborts in the middle of a
/// blocked zero-copy send, and what comes out is only ever what its own client put in.
/// </summary>
/// <remarks>Harnesses run with PoisonBuffers: a buffer that went back too early shows as bytes that nobody sent.</remarks>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class BufferChurnTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int AtOnce = 16;
    private const int StreamLength = 1024 * 1024;
    private const int KernelBuffer = 32 * 1024;

    private readonly ConcurrentDictionary<int, TaskCompletionSource<Relay>> _relayByPort = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<RawClient>> _peerByPort = new();

    private enum End
    {
        ClientResets,
        ClientCloses,
        SourceIsAborted,
        SourceIsDisposed,
        PeerResets,
        PeerCloses,
        DestinationIsAborted,
        DestinationIsDisposed,
    }

    [Test, CancelAfter(120_000)]
    public async Task Whichever_side_aborts_in_a_blocked_send_no_byte_reaches_anybody_else()
    {
        var random = TestRandom.Create();
        var seeds = Enumerable.Range(0, AtOnce).Select(_ => random.Next()).ToArray();
        using var backend = new RawListener(Token, bufferSize: KernelBuffer);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var accepting = AcceptAsync(backend, end.Token);
        var listener = Harness.Listen(source => ServeAsync(source, backend.EndPoint));
        try
        {
            await Task.WhenAll(seeds.Select(seed => Task.Run(() => RunLaneAsync(listener, seed), Token)));
        }
        finally
        {
            await end.CancelAsync();
            await accepting.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunLaneAsync(TransportListener listener, int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < (Case.Tls ? 4 : 8); round++)
        {
            var ending = random.GetItems(Enum.GetValues<End>(), 1)[0];
            var bytes = TestRandom.Bytes(StreamLength, random.Next());
            var client = await Harness.ConnectAsync(listener, KernelBuffer);
            var port = PortOf(client.LocalEndPoint);
            var sending = client.WriteAsync(bytes);
            var (source, destination, peer) = await RelayOf(port).Task.WaitAsync(Token);

            // Ports come again: nobody looks for this one any more.
            _relayByPort.TryRemove(port, out _);

            // The peer takes some, and then the relay's send stands still with all buffers full.
            var taken = await peer.ReadExactlyAsync(random.Next(0, StreamLength / 4));
            await Task.Delay(random.Next(0, 15), Token);
            await InterruptAsync(ending, client, peer, source, destination);
            var rest = ending is End.PeerResets or End.PeerCloses ? [] : (await peer.ReadUntilClosedAsync()).Bytes;
            byte[] received = [.. taken, .. rest];
            var own = received.AsSpan().CommonPrefixLength(bytes);
            Assert.That(own, Is.EqualTo(received.Length), () =>
                $"seed {seed}, round {round}, {ending}: foreign bytes from {own} on, {Convert.ToHexString(received.AsSpan(own, Math.Min(16, received.Length - own)))}");

            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            client.Dispose();
            peer.Dispose();
        }
    }

    private async Task InterruptAsync(
        End ending, RawClient client, RawClient peer, TransportConnection source, TransportConnection destination)
    {
        switch (ending)
        {
            case End.ClientResets:
                client.Reset();
                break;
            case End.ClientCloses:
                client.Dispose();
                break;
            case End.SourceIsAborted:
                source.Abort(CloseReason.Aborted);
                break;
            case End.SourceIsDisposed:
                await OnLoopAsync(source, () => source.DisposeAsync().AsTask());
                break;
            case End.PeerResets:
                peer.Reset();
                break;
            case End.PeerCloses:
                peer.Dispose();
                break;
            case End.DestinationIsAborted:
                destination.Abort(CloseReason.Aborted);
                break;
            case End.DestinationIsDisposed:
                await OnLoopAsync(destination, () => destination.DisposeAsync().AsTask());
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(ending));
        }
    }

    private async Task ServeAsync(TransportConnection source, EndPoint backend)
    {
        var destination = await Harness.DialAsync(source.Loop, backend);
        var peerPort = PortOf(destination.LocalEndPoint);
        var peer = await PeerAt(peerPort).Task.WaitAsync(Token);
        await source.Loop.SwitchTo();

        _peerByPort.TryRemove(peerPort, out _);
        RelayOf(PortOf(source.RemoteEndPoint)).SetResult(new Relay(source, destination, peer));
        await RelayAsync(source, destination, static _ => { });
    }

    private async Task AcceptAsync(RawListener backend, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var peer = await backend.AcceptAsync().WaitAsync(end);
            _ = PublishAsync(peer);
        }
    }

    private async Task PublishAsync(RawClient peer)
    {
        if (Case.Tls)
        {
            await peer.SecureAsServerAsync();
        }

        PeerAt(PortOf(peer.Socket.RemoteEndPoint)).SetResult(peer);
    }

    private TaskCompletionSource<RawClient> PeerAt(int port) => _peerByPort.GetOrAdd(port, static _ => NewSource<RawClient>());

    private TaskCompletionSource<Relay> RelayOf(int port) => _relayByPort.GetOrAdd(port, static _ => NewSource<Relay>());

    private static int PortOf(EndPoint? endPoint) => ((IPEndPoint)endPoint!).Port;

    private sealed record Relay(TransportConnection Source, TransportConnection Destination, RawClient Peer);
}
