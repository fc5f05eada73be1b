using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Transport;

namespace LbCore.Tests.Proxying.Http;

/// <summary>
/// One of several requests on one client connection, as HTTP/2 would have them: its body comes in frames that the test
/// pushes, and its response is collected. For the loop's thread.
/// </summary>
internal sealed class FakeStream : DownstreamExchange
{
    private readonly TransportConnection _connection;
    private readonly byte[] _headBytes;
    private readonly Queue<byte[]> _frames = new();
    private readonly StringBuilder _response = new();
    private TaskCompletionSource? _arrived;
    private byte[]? _held;
    private bool _ended;
    private bool _stopped;

    public FakeStream(TransportConnection connection, string head)
    {
        _connection = connection;
        _headBytes = Encoding.Latin1.GetBytes(head);
        Head = new RequestHead();
        Head.Reset();
        if (RequestParser.Parse(_headBytes, Head, HeadLimits.Default) != ParseStatus.Complete)
        {
            throw new ArgumentException($"The head is refused: {Head.Error}", nameof(head));
        }

        _ended = Head.Framing.IsEmpty;
    }

    public string Response => _response.ToString();

    public bool WasCut { get; private set; }

    public override TransportConnection Connection => _connection;

    public override RequestHead Head { get; }

    public override ReadOnlySpan<byte> HeadBytes => _headBytes;

    public override ReadOnlyMemory<byte> ClientAddress { get; } = "10.0.0.7"u8.ToArray();

    public override int ClientPort => 1;

    public override ForwardingPlan Forwarding => ForwardingPlan.Default;

    public override HttpError BodyError => HttpError.None;

    public override ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped) => default;

    public override void DropReceivedBody()
    {
    }

    public override bool MayLackBody => false;

    public override long UndeliveredBytes => 0;

    public void Push(string data, bool end)
    {
        _frames.Enqueue(Encoding.Latin1.GetBytes(data));
        _ended |= end;
        Wake();
    }

    public override void ReleaseHead()
    {
    }

    public override bool TryReadBody(out BodyPiece piece)
    {
        if (_stopped)
        {
            piece = new BodyPiece(BodyStatus.Stopped);
            return true;
        }

        if (_frames.TryDequeue(out _held))
        {
            piece = new BodyPiece(_ended && _frames.Count == 0 ? BodyStatus.End : BodyStatus.Data, new ReadOnlySequence<byte>(_held), _frames.Count > 0);
            return true;
        }

        piece = new BodyPiece(BodyStatus.End);
        return _ended;
    }

    public override async ValueTask<BodyPiece> ReadBodyAsync()
    {
        BodyPiece piece;
        while (!TryReadBody(out piece))
        {
            _arrived = new TaskCompletionSource();
            await _arrived.Task;
        }

        return piece;
    }

    public override void AdvanceBody() => _held = null;

    public override void StopBody()
    {
        _stopped = true;
        Wake();
    }

    public override void WriteInterim(ReadOnlySpan<byte> bytes, ResponseHead head) => _response.Append($"({head.Status})");

    public override void WriteHead(ReadOnlySpan<byte> bytes, ResponseHead head, BodyFraming framing, FieldEdits? fields, bool leavesBody) => _response.Append($"[{head.Status}]");

    public override void EndWith(ReadOnlyMemory<byte> trailers)
    {
    }

    public override ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more)
    {
        _response.Append(Encoding.Latin1.GetString(data)).Append(isEnd ? "." : "");
        return default;
    }

    public override ValueTask<FlushResult> FlushAsync() => default;

    public override void Cut(CloseReason reason, bool isBlocked) => WasCut = true;

    private void Wake()
    {
        if (_arrived is { } arrived)
        {
            _arrived = null;
            _connection.Loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), arrived);
        }
    }
}
