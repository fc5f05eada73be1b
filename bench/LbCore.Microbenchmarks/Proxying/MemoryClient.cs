using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Transport;

namespace LbCore.Microbenchmarks.Proxying;

/// <summary>A client whose request lies in memory, and whose response is written to memory.</summary>
internal sealed class MemoryClient(TransportConnection connection, byte[] request) : DownstreamExchange
{
    private readonly byte[] _target = new byte[8192];

    public override TransportConnection Connection => connection;

    public override RequestHead Head { get; } = new();

    public override ReadOnlySpan<byte> HeadBytes => request;

    public override ReadOnlyMemory<byte> ClientAddress { get; } = "10.0.0.7"u8.ToArray();

    public override int ClientPort => 1;

    public override ForwardingPlan Forwarding => ForwardingPlan.Default;

    public override HttpError BodyError => HttpError.None;

    public override bool MayLackBody => false;

    public override long UndeliveredBytes => 0;

    public void Begin()
    {
        Head.Reset();
        RequestParser.Parse(request, Head, HeadLimits.Default);
    }

    public override void ReleaseHead()
    {
    }

    public override bool TryReadBody(out BodyPiece piece)
    {
        piece = new BodyPiece(BodyStatus.End);
        return true;
    }

    public override ValueTask<BodyPiece> ReadBodyAsync() => new(new BodyPiece(BodyStatus.End));

    public override void AdvanceBody()
    {
    }

    public override void StopBody()
    {
    }

    public override void WriteInterim(ReadOnlySpan<byte> bytes, ResponseHead head)
    {
    }

    public override ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped) => default;

    public override void DropReceivedBody()
    {
    }

    public override void EndWith(ReadOnlyMemory<byte> trailers)
    {
    }

    public override void WriteHead(ReadOnlySpan<byte> bytes, ResponseHead head, BodyFraming framing, FieldEdits? fields, bool leavesBody) =>
        HeadWriter.WriteResponse(_target, bytes, head, default);

    public override ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more)
    {
        data.CopyTo(_target);
        return default;
    }

    public override ValueTask<FlushResult> FlushAsync() => default;

    public override void Cut(CloseReason reason, bool isBlocked)
    {
    }
}
