using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Transport;

namespace LbCore.Messages;

/// <summary>
/// The client's side of one request: the request comes from here, and its response goes here. HTTP/1.1 has one at a time
/// on a connection, HTTP/2 many. For its loop's thread.
/// </summary>
internal abstract class DownstreamExchange
{
    /// <summary>Gets the connection that the request came on, for its loop and its addresses.</summary>
    public abstract TransportConnection Connection { get; }

    /// <summary>Gets the request's head. Valid until <see cref="ReleaseHead"/>.</summary>
    public abstract RequestHead Head { get; }

    /// <summary>Gets the bytes that <see cref="Head"/> was parsed from. Valid as long, and never across an await.</summary>
    public abstract ReadOnlySpan<byte> HeadBytes { get; }

    /// <summary>Gets the client's address as text; "unknown" when it has none (RFC 7239 section 6.2).</summary>
    public abstract ReadOnlyMemory<byte> ClientAddress { get; }

    /// <summary>Gets the client's port; 0 when it has no address.</summary>
    public abstract int ClientPort { get; }

    /// <summary>Gets which forwarding fields go on and which are written, as this client may be believed or not.</summary>
    public abstract ForwardingPlan Forwarding { get; }

    /// <summary>Gets why the request's body was refused.</summary>
    public abstract HttpError BodyError { get; }

    /// <summary>Gets how many bytes wait for the client, here and in the kernel. Costs a system call.</summary>
    public abstract long UndeliveredBytes { get; }

    /// <summary>Gives the head and its buffer back: everything of it that matters has been written elsewhere.</summary>
    public abstract void ReleaseHead();

    /// <summary>Returns a piece of the request's body that is there already. False when it must be waited for.</summary>
    public abstract bool TryReadBody(out BodyPiece piece);

    public abstract ValueTask<BodyPiece> ReadBodyAsync();

    /// <summary>Returns the trailer lines of the request's body that may go on; empty before its end.</summary>
    /// <param name="dropped">Fields that are left out; null for none.</param>
    public abstract ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped);

    /// <summary>Drops what has come of a body that nobody takes: when its end is there, the connection goes on.</summary>
    public abstract void DropReceivedBody();

    /// <summary>Gives the last piece of the body back.</summary>
    public abstract void AdvanceBody();

    /// <summary>Ends reading the request's body before its end: a read that waits says so.</summary>
    public abstract void StopBody();

    /// <summary>
    /// Writes an interim response (1xx), or nothing for a client that does not know them. It goes out with the next flush.
    /// </summary>
    public abstract void WriteInterim(ReadOnlySpan<byte> bytes, ResponseHead head);

    /// <summary>Writes the final response's head. It goes out with the body's first piece, or with the next flush.</summary>
    /// <param name="bytes">What <paramref name="head"/> was parsed from.</param>
    /// <param name="head">The head as the backend sent it.</param>
    /// <param name="framing">How its body is framed.</param>
    /// <param name="fields">Which of its fields are set and removed; null for none.</param>
    /// <param name="leavesBody">Whether the rest of the request's body will not be read.</param>
    public abstract void WriteHead(ReadOnlySpan<byte> bytes, ResponseHead head, BodyFraming framing, FieldEdits? fields, bool leavesBody);

    /// <summary>Takes the trailer lines that the response's body is to end with, if the client takes any. They stay where they are until then.</summary>
    public abstract void EndWith(ReadOnlyMemory<byte> trailers);

    /// <summary>Sends a piece of the response's body, and what was written before it.</summary>
    public abstract ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more);

    public abstract ValueTask<FlushResult> FlushAsync();

    /// <summary>Gets whether the client may never send the body: it waits for leave to, and has got a final response instead.</summary>
    public abstract bool MayLackBody { get; }

    /// <summary>Cuts the response off so that the client cannot take it for a whole one.</summary>
    /// <param name="reason">The cause.</param>
    /// <param name="isBlocked">Whether a send waits for the client, which must be woken.</param>
    public abstract void Cut(CloseReason reason, bool isBlocked);
}
