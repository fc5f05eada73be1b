using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Represents one accepted or dialled byte stream that lives on one <see cref="EventLoop"/>.</summary>
/// <remarks>
/// All members are for the connection's own loop unless they say otherwise; debug builds assert it. Reading and writing
/// are independent: one reader and one writer at a time may each have one call pending.
/// A reset is never reported as the end of the stream: <see cref="PipeReader.ReadAsync"/> throws
/// <see cref="ConnectionAbortedException"/>. Writing to a peer that is gone does not throw:
/// <see cref="FlushResult.IsCompleted"/> is true, and <see cref="CloseReason"/> says why.
/// </remarks>
public abstract class TransportConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>Gets the loop that the connection lives on.</summary>
    public abstract EventLoop Loop { get; }

    /// <summary>
    /// Gets the loop of our own connections without a virtual call. Here, so that reader, writer and connection share one
    /// field: there may be very many of them, and eight bytes count.
    /// </summary>
    internal EventLoop OwnLoop { get; private protected init; } = null!;

    /// <inheritdoc/>
    public abstract PipeReader Input { get; }

    /// <summary>Gets the writer. Completing it sends what is left, then FIN; completing it with an error aborts.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>Gets this end's address, or null when it has none (unix sockets, closed before it was asked).</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>Gets the peer's address, or null when it has none (unix sockets).</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>
    /// Gets the network of the peer's address as one number, for counting by it: an IPv4 address whole, of an IPv6 address
    /// the first 64 bits, which is what one subscriber has. 0 when it has none.
    /// </summary>
    /// <remarks>The base implementation asks <see cref="RemoteEndPoint"/>, which may make an object.</remarks>
    public virtual ulong RemoteNetwork => RemoteEndPoint is IPEndPoint ip ? NetworkNumber.Of(ip.Address) : 0;

    /// <summary>
    /// Gets the peer's address as one number, an IPv4 address as ::ffff:a.b.c.d, without scope or port. 0 when it has none.
    /// </summary>
    /// <remarks>The base implementation asks <see cref="RemoteEndPoint"/>, which may make an object.</remarks>
    public virtual UInt128 RemoteAddress => RemoteEndPoint is IPEndPoint ip ? NetworkNumber.AddressOf(ip.Address) : 0;

    /// <summary>Gets the first cause of the connection's end, or <see cref="CloseReason.None"/> while it is open.</summary>
    public abstract CloseReason CloseReason { get; }

    /// <summary>Gets the exception that came with the first cause, if any.</summary>
    public abstract Exception? CloseException { get; }

    /// <summary>Gets what is known of the peer. It is kept up to date while nobody reads or writes.</summary>
    public abstract PeerState Peer { get; }

    /// <summary>
    /// Gets how many of the bytes written have not reached the peer, as far as the system tells: those that wait here and,
    /// on Linux, those in the kernel's send queue, which the peer has not acknowledged. 0 once the connection is closed.
    /// </summary>
    /// <remarks>Costs a system call: for a look at progress now and then, not for the path of a message.</remarks>
    public abstract long UndeliveredBytes { get; }

    /// <summary>
    /// Registers the one callback that runs, from the loop's run queue, each time <see cref="Peer"/> changes (once for
    /// FIN, once for a reset), and once when this side closes or aborts the connection, as <see cref="CloseReason"/> then
    /// says. It also runs if the change came before the registration. Null unregisters.
    /// </summary>
    public abstract void OnPeerChanged(Action<object?>? callback, object? state);

    /// <summary>
    /// Returns whether the connection could begin anew: open at both ends, nothing unread that came before what the loop
    /// has heard of last, nothing unsent, no call pending, no buffer held. It may receive once to find out, whatever is
    /// left of the dispatch's budget; what it receives is there for the next read.
    /// </summary>
    /// <remarks>
    /// The base implementation says no. A filter such as TLS may hold bytes that only a read brings to light, so a
    /// connection through one cannot tell.
    /// </remarks>
    public virtual bool IsAtRest() => false;

    /// <summary>
    /// Returns whether the peer has sent bytes that nobody has read. It may receive once to find out, whatever is left of
    /// the dispatch's budget; what it receives is there for the next read. No read may be under way.
    /// </summary>
    /// <remarks>The base implementation sees what a read can give at once.</remarks>
    public virtual bool HasUnreadBytes()
    {
        try
        {
            if (Input.TryRead(out var read))
            {
                Input.AdvanceTo(read.Buffer.Start);
                return !read.Buffer.IsEmpty;
            }
        }
        catch (ConnectionAbortedException)
        {
            // The end is all that is left.
        }

        return false;
    }

    /// <summary>Sends FIN once everything written has been sent; the other direction stays open. Idempotent.</summary>
    public void ShutdownSend() => Output.Complete();

    /// <summary>
    /// Closes the connection at once, with a reset. The first cause is kept; both directions are woken from the loop's
    /// run queue. Buffers stay with their reader. May be called from any thread; off the loop it is posted.
    /// </summary>
    public abstract void Abort(CloseReason reason, Exception? exception = null);

    /// <summary>
    /// Sends a sequence without copying it, in as few system calls as the engine can: bytes written before it and not
    /// yet flushed go out in the same call. The bytes are leased until the returned task completes.
    /// </summary>
    /// <remarks>The base implementation writes segment by segment, for connections without vectored send.</remarks>
    public virtual ValueTask<FlushResult> SendAsync(ReadOnlySequence<byte> bytes) =>
        bytes.IsSingleSegment ? Output.WriteAsync(bytes.First) : SendSegmentsAsync(bytes);

    /// <summary>
    /// Closes so that what was sent reaches a peer that is still sending: sends FIN, then reads and drops until the
    /// peer closes, <paramref name="maxBytes"/> have been dropped or <paramref name="timeout"/> has passed.
    /// </summary>
    /// <param name="timeout">How long to go on at most; above zero.</param>
    /// <param name="maxBytes">How many bytes to drop at most; above zero.</param>
    public abstract ValueTask CloseLingeringAsync(TimeSpan timeout, long maxBytes);

    /// <summary>Returns the connection as a stream, for SslStream and the like. The stream's reads and writes must be called on the loop.</summary>
    public abstract Stream AsStream();

    /// <summary>
    /// Completes both directions and closes the descriptor without a reset where the kernel allows it. Whoever dialled a
    /// connection disposes of it; an accepted one is disposed of when its handler ends. Idempotent.
    /// </summary>
    public abstract ValueTask DisposeAsync();

    private async ValueTask<FlushResult> SendSegmentsAsync(ReadOnlySequence<byte> bytes)
    {
        FlushResult result = default;
        foreach (var segment in bytes)
        {
            result = await Output.WriteAsync(segment).ConfigureAwait(false);
            if (result.IsCompleted || result.IsCanceled)
            {
                break;
            }
        }

        return result;
    }
}
