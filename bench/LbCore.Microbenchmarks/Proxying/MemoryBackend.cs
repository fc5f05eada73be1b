using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Microbenchmarks.Proxying;

/// <summary>A backend that answers every request with the same response from memory; and the pool that has nothing else.</summary>
internal sealed class MemoryBackend(byte[] responseHead, byte[] responseBody) : UpstreamExchange
{
    private bool _answered;

    public override bool IsReused => true;

    public override ResponseHead Head { get; } = new();

    public override ReadOnlySpan<byte> HeadBytes => responseHead;

    public override BodyFraming ResponseFraming => Head.Framing;

    public override bool IsPersistent => true;

    public override HttpError Error => HttpError.None;

    public override long UndeliveredBytes => 0;

    public override ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped) => default;

    public override void EndWith(ReadOnlyMemory<byte> trailers)
    {
    }

    public override void WriteHead(ReadOnlySpan<byte> message, HttpMethod method, bool chunked)
    {
    }

    public override ValueTask<FlushResult> SendHeadAsync(in ReadOnlySequence<byte> message, HttpMethod method, bool chunked) => default;

    public override ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more) => default;

    public override ValueTask<FlushResult> FlushAsync() => default;

    public override ValueTask<HeadStatus> ReadHeadAsync()
    {
        Head.Reset();
        ResponseParser.Parse(responseHead, Head, HeadLimits.Default);
        _answered = false;
        return new ValueTask<HeadStatus>(HeadStatus.Complete);
    }

    public override void ReleaseHead()
    {
    }

    public override bool TryReadBody(out BodyPiece piece)
    {
        piece = _answered ? new BodyPiece(BodyStatus.End) : new BodyPiece(BodyStatus.End, new ReadOnlySequence<byte>(responseBody), false);
        _answered = true;
        return true;
    }

    public override ValueTask<BodyPiece> ReadBodyAsync() => new(new BodyPiece(BodyStatus.End));

    public override void AdvanceBody()
    {
    }

    public override void Abort(CloseReason reason)
    {
    }

    public override TransportConnection Detach() => throw new NotSupportedException("There is no connection.");

    public override void End(bool whole)
    {
    }

    public sealed class Pool(UpstreamExchange exchange) : ExchangePool
    {
        public override UpstreamExchange? TryRent(EventLoop loop, Backend backend) => exchange;

        public override UpstreamExchange Adopt(TransportConnection connection, Backend backend) => throw new NotSupportedException("Nothing is dialled.");
    }
}
