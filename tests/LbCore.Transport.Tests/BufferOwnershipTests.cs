using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 4: bytes of one client never reach another, and a pending send keeps the bytes that it reads.</summary>
/// <remarks>Harnesses run with PoisonBuffers: a buffer that went back too early shows as bytes that nobody sent.</remarks>
// A loop's buffers are its own: with one of them, whatever was returned goes to the bystanders.
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoop))]
public sealed class BufferOwnershipTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int PatternLength = 4 * 1024 * 1024;
    private const int KernelBuffer = 64 * 1024;

    public enum Interruption
    {
        SourceResets,
        SourceSendsFin,
        SourceIsAborted,
        SourceIsDisposed,
        ReaderIsCompleted,
        DestinationResets,
        DestinationIsAborted,
        EngineEnds,
    }

    [Test, CancelAfter(60_000)]
    public Task A_blocked_send_delivers_only_its_own_bytes([Values] Interruption interruption) =>
        InterruptBlockedSendAsync(interruption, secureDestination: Case.Tls);

    [Test, CancelAfter(60_000)]
    public Task A_blocked_send_between_a_bare_and_a_secured_connection_delivers_only_its_own_bytes(
        [Values(Interruption.SourceResets, Interruption.SourceIsAborted, Interruption.SourceIsDisposed, Interruption.ReaderIsCompleted)] Interruption interruption) =>
        InterruptBlockedSendAsync(interruption, secureDestination: !Case.Tls);

    [Test, CancelAfter(60_000)]
    public async Task Clients_that_come_and_go_never_see_each_others_bytes()
    {
        var random = TestRandom.Create();
        var seeds = Enumerable.Range(0, 8).Select(_ => random.Next()).ToArray();
        var listener = Harness.Listen(EchoAsync);
        await Task.WhenAll(seeds.Select(seed => Task.Run(() => ComeAndGoAsync(listener, new Random(seed)), Token)));
    }

    private async Task InterruptBlockedSendAsync(Interruption interruption, bool secureDestination)
    {
        using var bystanders = new Bystanders();
        var echo = Harness.Listen(EchoAsync);
        await bystanders.StartAsync(Harness, echo, count: 4);

        using var peerListener = new RawListener(Token, bufferSize: KernelBuffer);
        var relayed = NewSource<(TransportConnection Source, TransportConnection Destination)>();
        long passed = 0;
        var listener = Harness.Listen(async source =>
        {
            var destination = await Harness.DialAsync(source.Loop, peerListener.EndPoint, secureDestination);
            relayed.SetResult((source, destination));
            await RelayAsync(source, destination, count => Interlocked.Add(ref passed, count));
        });

        var pattern = TestRandom.Bytes(PatternLength, seed: 77);
        var client = await Harness.ConnectAsync(listener, KernelBuffer);
        using var peer = await peerListener.AcceptAsync();
        if (secureDestination)
        {
            await peer.SecureAsServerAsync();
        }

        var sending = client.WriteAsync(pattern);
        var (source, destination) = await relayed.Task.WaitAsync(Token);
        await Eventually.TrueAsync(() => Interlocked.Read(ref passed) > 0, "the relay has begun");
        await Eventually.SettlesAsync(() => Interlocked.Read(ref passed), TimeSpan.FromMilliseconds(40), Token);

        await InterruptAsync(interruption, client, peer, source, destination);

        // Whatever was returned is taken up by others now, before the blocked send goes on.
        await bystanders.TurnAsync(Harness.Engine.Completion, turns: 30, Token);
        if (interruption != Interruption.DestinationResets)
        {
            var received = await peer.ReadUntilClosedAsync();
            var same = received.Bytes.AsSpan().CommonPrefixLength(pattern);
            Assert.That(same, Is.EqualTo(received.Bytes.Length), "the first byte that the client never sent");
        }

        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (interruption != Interruption.EngineEnds)
        {
            await bystanders.TurnAsync(Harness.Engine.Completion, turns: 10, Token);
        }

        bystanders.AssertUntouched();
    }

    private async Task ComeAndGoAsync(TransportListener listener, Random random)
    {
        for (var round = 0; round < (Case.Tls ? 6 : 20); round++)
        {
            var client = await Harness.ConnectAsync(listener);
            var bytes = TestRandom.Bytes(random.Next(1, 200_000), random.Next());
            var writing = client.WriteAsync(bytes);
            var count = random.Next(0, bytes.Length + 1);
            var echoed = await client.ReadExactlyAsync(count);
            Assert.That(echoed.AsSpan().SequenceEqual(bytes.AsSpan(0, count)), Is.True);
            if (random.Next(2) == 0)
            {
                client.Reset();
            }
            else
            {
                client.Dispose();
            }

            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task InterruptAsync(
        Interruption interruption, RawClient client, RawClient peer, TransportConnection source, TransportConnection destination)
    {
        switch (interruption)
        {
            case Interruption.SourceResets:
                client.Reset();
                break;
            case Interruption.SourceSendsFin:
                client.SendFin();
                break;
            case Interruption.SourceIsAborted:
                source.Abort(CloseReason.Aborted);
                break;
            case Interruption.SourceIsDisposed:
                await OnLoopAsync(source, () => source.DisposeAsync().AsTask());
                break;
            case Interruption.ReaderIsCompleted:
                await OnLoopAsync(source, async () =>
                {
                    await source.Input.CompleteAsync();
                });
                break;
            case Interruption.DestinationResets:
                peer.Reset();
                break;
            case Interruption.DestinationIsAborted:
                destination.Abort(CloseReason.Aborted);
                break;
            case Interruption.EngineEnds:
                await Harness.Engine.DisposeAsync();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(interruption));
        }
    }

    /// <summary>Clients with traffic of their own, who notice every foreign byte.</summary>
    private sealed class Bystanders : IDisposable
    {
        private readonly List<(RawClient Client, byte[] Bytes)> _clients = [];
        private readonly List<string> _wrong = [];

        public async Task StartAsync(TransportHarness harness, TransportListener echo, int count)
        {
            for (var i = 0; i < count; i++)
            {
                _clients.Add((await harness.ConnectAsync(echo), TestRandom.Bytes(40_000, seed: 1000 + i)));
            }
        }

        /// <summary>Lets all of them talk, until the engine ends under them.</summary>
        public Task TurnAsync(Task engineEnd, int turns, CancellationToken token) => Task.WhenAll(_clients.Select(async pair =>
        {
            try
            {
                for (var i = 0; i < turns && !engineEnd.IsCompleted; i++)
                {
                    await pair.Client.WriteAsync(pair.Bytes);
                    var echoed = await pair.Client.ReadExactlyAsync(pair.Bytes.Length).WaitAsync(token);
                    if (!echoed.AsSpan().SequenceEqual(pair.Bytes))
                    {
                        lock (_wrong)
                        {
                            _wrong.Add($"after {echoed.AsSpan().CommonPrefixLength(pair.Bytes)} bytes");
                        }
                    }
                }
            }
            catch (System.IO.IOException) when (engineEnd.IsCompleted)
            {
                // The engine was ended by the test.
            }
        }));

        public void AssertUntouched() => Assert.That(_wrong, Is.Empty, "bystanders received bytes that they had not sent");

        public void Dispose() => _clients.ForEach(pair => pair.Client.Dispose());
    }
}
