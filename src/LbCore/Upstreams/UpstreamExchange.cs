using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>
/// The backend's side of one request: the request goes here, and its response comes from here. On HTTP/1.1 it has a
/// connection of its own for as long as it lasts. For its loop's thread.
/// </summary>
internal abstract class UpstreamExchange
{
    /// <summary>Gets whether the connection has served a request before: it may have been closing when it was taken.</summary>
    public abstract bool IsReused { get; }

    /// <summary>Gets the response's head. Valid after <see cref="ReadHeadAsync"/>, until <see cref="ReleaseHead"/>.</summary>
    public abstract ResponseHead Head { get; }

    /// <summary>Gets the bytes that <see cref="Head"/> was parsed from. Valid as long, and never across an await.</summary>
    public abstract ReadOnlySpan<byte> HeadBytes { get; }

    /// <summary>Gets how the final response's body is framed.</summary>
    public abstract BodyFraming ResponseFraming { get; }

    /// <summary>Gets whether the backend keeps the connection open behind this response, as far as it has said.</summary>
    public abstract bool IsPersistent { get; }

    /// <summary>Gets why the response was refused.</summary>
    public abstract HttpError Error { get; }

    /// <summary>Gets how many bytes of the request wait for the backend, here and in the kernel. Costs a system call.</summary>
    public abstract long UndeliveredBytes { get; }

    /// <summary>Writes the head, which goes out with the first piece of the body.</summary>
    /// <param name="message">The head as HTTP/1.1 has it.</param>
    /// <param name="method">The request's method, which its response's framing depends on.</param>
    /// <param name="chunked">Whether the body follows in chunks.</param>
    public abstract void WriteHead(ReadOnlySpan<byte> message, HttpMethod method, bool chunked);

    /// <summary>
    /// Sends the head, and the whole body if that lies right behind it. The bytes stay where they are until the task
    /// completes.
    /// </summary>
    public abstract ValueTask<FlushResult> SendHeadAsync(in ReadOnlySequence<byte> message, HttpMethod method, bool chunked);

    /// <summary>Takes the trailer lines that the request's body is to end with. They stay where they are until then.</summary>
    public abstract void EndWith(ReadOnlyMemory<byte> trailers);

    /// <summary>Sends a piece of the request's body, and what was written before it.</summary>
    public abstract ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more);

    public abstract ValueTask<FlushResult> FlushAsync();

    /// <summary>Reads until the head of the next response, interim or final, is complete.</summary>
    public abstract ValueTask<HeadStatus> ReadHeadAsync();

    public abstract void ReleaseHead();

    /// <summary>Returns a piece of the response's body that is there already. False when it must be waited for.</summary>
    public abstract bool TryReadBody(out BodyPiece piece);

    public abstract ValueTask<BodyPiece> ReadBodyAsync();

    public abstract void AdvanceBody();

    /// <summary>Returns the trailer lines of the response's body that may go on; empty before its end.</summary>
    /// <param name="dropped">Fields that are left out; null for none.</param>
    public abstract ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped);

    /// <summary>Cuts the exchange off: whoever waits for it is woken.</summary>
    public abstract void Abort(CloseReason reason);

    /// <summary>Gives the connection away for a tunnel, with what is unread in it. The exchange ends without it.</summary>
    public abstract TransportConnection Detach();

    /// <summary>Ends the exchange. Its connection is kept for others if the exchange was whole and the backend keeps it open.</summary>
    public abstract void End(bool whole);
}
