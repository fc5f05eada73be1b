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

    // Of each lane. The lanes of a round have every ending twice.
    private const int Rounds = 4;
    private const int KernelBuffer = 32 * 1024;

    // More than the kernel lets a send buffer grow to (tcp_wmem), so that sends block.
    private const int StreamLength = 8 * 1024 * 1024;

    // Every stream is a part of these, from a place of its own.
    private static readonly byte[] s_bytes = TestRandom.Bytes(3 * StreamLength);

    private readonly ConcurrentDictionary<int, TaskCompletionSource<Relay>> _relayByPort = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<RawClient>> _peerByPort = new();

    private int _blocked;

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
            await Task.WhenAll(seeds.Select((seed, lane) => Task.Run(() => RunLaneAsync(listener, lane, seed), Token)));
            Assert.That(_blocked, Is.Positive, "no send ever blocked");
        }
        finally
        {
            await end.CancelAsync();
            await accepting.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunLaneAsync(TransportListener listener, int lane, int seed)
    {
        var random = new Random(seed);
        var endings = Enum.GetValues<End>();
        for (var round = 0; round < (Case.Tls ? Rounds / 2 : Rounds); round++)
        {
            var ending = endings[(lane + round) % endings.Length];
            var bytes = s_bytes.AsMemory(random.Next(2 * StreamLength), StreamLength);
            var client = await Harness.ConnectAsync(listener, KernelBuffer);
            var port = PortOf(client.LocalEndPoint);
            var sending = client.WriteAsync(bytes);
            var relay = await RelayOf(port).Task.WaitAsync(Token);
            var peer = relay.Peer;

            // Ports come again: nobody looks for this one any more.
            _relayByPort.TryRemove(port, out _);

            // The peer takes some, and then the relay's send stands still.
            var taken = await peer.ReadExactlyAsync(random.Next(0, StreamLength / 4));
            var passed = await Eventually.SettlesAsync(() => Interlocked.Read(ref relay.Passed), TimeSpan.FromMilliseconds(random.Next(10, 20)), Token);
            Interlocked.Add(ref _blocked, passed < StreamLength ? 1 : 0);
            await InterruptAsync(ending, client, relay);
            var rest = ending is End.PeerResets or End.PeerCloses ? [] : (await peer.ReadUntilClosedAsync()).Bytes;
            byte[] received = [.. taken, .. rest];
            var own = received.AsSpan().CommonPrefixLength(bytes.Span);
            Assert.That(own, Is.EqualTo(received.Length), () =>
                $"seed {seed}, round {round}, {ending}: foreign bytes from {own} on, {Convert.ToHexString(received.AsSpan(own, Math.Min(16, received.Length - own)))}");

            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            client.Dispose();
            peer.Dispose();
        }
    }

    private async Task InterruptAsync(End ending, RawClient client, Relay relay)
    {
        var (source, destination, peer) = (relay.Source, relay.Destination, relay.Peer);
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
        var relay = new Relay { Source = source, Destination = destination, Peer = peer };
        RelayOf(PortOf(source.RemoteEndPoint)).SetResult(relay);
        await RelayAsync(source, destination, count => Interlocked.Add(ref relay.Passed, count));
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

    private sealed class Relay
    {
        public long Passed;

        public required TransportConnection Source { get; init; }

        public required TransportConnection Destination { get; init; }

        public required RawClient Peer { get; init; }
    }
}
