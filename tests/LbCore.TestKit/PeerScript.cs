using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>A list of what one end of a connection does, step by step. Any <see cref="RawClient"/> can play it.</summary>
public sealed class PeerScript
{
    private readonly List<Func<RawClient, CancellationToken, Task>> _steps = [];

    /// <summary>Gets whether the listener that plays this accepts nothing at all.</summary>
    public bool NeverAccepts { get; private set; }

    /// <summary>Reads exactly these bytes.</summary>
    public PeerScript Expect(ReadOnlySpan<byte> bytes)
    {
        var expected = bytes.ToArray();
        return Add(async (peer, _) => Assert.That(await peer.ReadExactlyAsync(expected.Length).ConfigureAwait(false), Is.EqualTo(expected)));
    }

    /// <summary>Reads to the end of the stream, which must be an orderly one.</summary>
    public PeerScript ExpectEnd() =>
        Add(async (peer, _) => Assert.That(await peer.ReadToEndAsync().ConfigureAwait(false), Is.Empty));

    /// <summary>Writes these bytes, in slices of the given sizes.</summary>
    public PeerScript Reply(ReadOnlySpan<byte> bytes, params int[] slices)
    {
        var reply = bytes.ToArray();
        return Add((peer, _) => peer.WriteSlicesAsync(reply, slices));
    }

    /// <summary>Sends back whatever comes until the stream ends, then ends its own.</summary>
    public PeerScript Echo() => Add(async (peer, _) =>
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await peer.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            await peer.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
        }

        await peer.HalfCloseAsync().ConfigureAwait(false);
    });

    /// <summary>Does nothing, neither reads nor writes, until the task completes; without one, to the end of the test.</summary>
    public PeerScript Stall(Task? until = null) =>
        Add((_, end) => (until ?? Task.Delay(Timeout.Infinite, end)).WaitAsync(end));

    /// <summary>Reads this many bytes, whatever they are, then resets.</summary>
    public PeerScript ResetAfter(int count) => Add(async (peer, _) =>
    {
        await peer.ReadExactlyAsync(count).ConfigureAwait(false);
        peer.Reset();
    });

    /// <summary>Reads this many bytes, whatever they are, then sends FIN and goes on.</summary>
    public PeerScript HalfCloseAfter(int count) => Add(async (peer, _) =>
    {
        await peer.ReadExactlyAsync(count).ConfigureAwait(false);
        await peer.HalfCloseAsync().ConfigureAwait(false);
    });

    public PeerScript HalfClose() => Add((peer, _) => peer.HalfCloseAsync());

    public PeerScript Reset() => Add((peer, _) =>
    {
        peer.Reset();
        return Task.CompletedTask;
    });

    public PeerScript Close() => Add((peer, _) =>
    {
        peer.Dispose();
        return Task.CompletedTask;
    });

    /// <summary>Lets connections wait in the backlog.</summary>
    public PeerScript NeverAccept()
    {
        NeverAccepts = true;
        return this;
    }

    public async Task PlayAsync(RawClient peer, CancellationToken end)
    {
        foreach (var step in _steps)
        {
            await step(peer, end).ConfigureAwait(false);
        }
    }

    private PeerScript Add(Func<RawClient, CancellationToken, Task> step)
    {
        _steps.Add(step);
        return this;
    }
}
