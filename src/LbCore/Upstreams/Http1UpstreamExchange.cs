using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>One request and its response on an HTTP/1.1 connection. The object is used again for others.</summary>
internal sealed class Http1UpstreamExchange : UpstreamExchange
{
    private readonly Http1ExchangePool _owner;
    private readonly Http1BodyReader _reader = new();
    private readonly Http1BodySender _sender = new();
    private TransportConnection? _connection;
    private UpstreamPool? _pool;
    private ResponseHead? _head;
    private ReceivedHead _received;
    private HeadLimits _limits;
    private BodyFraming _framing;
    private HttpMethod _method;
    private bool _isReused;
    private bool _isPersistent;
    private bool _hasResponded;
    private bool _namesFields;

    public Http1UpstreamExchange(Http1ExchangePool owner) => _owner = owner;

    public override bool IsReused => _isReused;

    public override ResponseHead Head => _head ?? throw new InvalidOperationException("There is no head: it was not read, or has been released.");

    public override ReadOnlySpan<byte> HeadBytes => _received.Bytes;

    public override BodyFraming ResponseFraming => _framing;

    public override bool IsPersistent => _isPersistent;

    public override HttpError Error => _head?.Error ?? _reader.Error;

    public override long UndeliveredBytes => Connection.UndeliveredBytes;

    private HeadStatus Closed => _hasResponded ? HeadStatus.ClosedWithin : HeadStatus.ClosedBefore;

    private TransportConnection Connection => _connection ?? throw new InvalidOperationException("The exchange has ended.");

    public void Begin(TransportConnection connection, UpstreamPool pool, HeadLimits limits, bool isReused)
    {
        _connection = connection;
        _pool = pool;
        _limits = limits;
        _isReused = isReused;
        _isPersistent = false;
        _hasResponded = false;
        _framing = default;
    }

    public override void WriteHead(ReadOnlySpan<byte> message, HttpMethod method, bool chunked)
    {
        Begin(method, chunked);
        Connection.Output.Write(message);
    }

    public override ValueTask<FlushResult> SendHeadAsync(in ReadOnlySequence<byte> message, HttpMethod method, bool chunked)
    {
        Begin(method, chunked);
        return Connection.SendAsync(message);
    }

    public override void EndWith(ReadOnlyMemory<byte> trailers) => _sender.Trailers = trailers;

    public override ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more) =>
        _sender.SendAsync(in data, isEnd, more);

    public override ValueTask<FlushResult> FlushAsync() => Connection.Output.FlushAsync();

    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    public override async ValueTask<HeadStatus> ReadHeadAsync()
    {
        var input = Connection.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                var status = Parse(read.Buffer);
                if (status != ParseStatus.Incomplete)
                {
                    return status == ParseStatus.Complete ? HeadStatus.Complete : HeadStatus.Invalid;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return Closed;
                }
            }
        }
        catch (ConnectionAbortedException)
        {
            return Closed;
        }
    }

    public override void ReleaseHead()
    {
        if (_head is not { } head)
        {
            return;
        }

        if (_received.IsKept)
        {
            Connection.Input.AdvanceTo(_received.PositionOf(head.Error == HttpError.None ? head.Length : 0));
        }

        DropHead(Connection.Loop);
    }

    public override bool TryReadBody(out BodyPiece piece) => _reader.TryRead(out piece);

    public override ValueTask<BodyPiece> ReadBodyAsync() => _reader.ReadAsync();

    public override void AdvanceBody() => _reader.Advance();

    public override ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped) =>
        _reader.TakeTrailers(new TrailerFilter { All = _namesFields, Dropped = dropped });

    public override void Abort(CloseReason reason) => _connection?.Abort(reason);

    public override TransportConnection Detach()
    {
        var connection = Connection;
        ReleaseHead();
        _connection = null;
        End(whole: false);
        return connection;
    }

    public override void End(bool whole)
    {
        var loop = _pool!.Loop;
        if (_connection is { } connection)
        {
            ReleaseHead();
            if (whole && _isPersistent)
            {
                _pool.Return(connection);
            }
            else
            {
                // On the loop a bare connection is closed by the time this returns; what a filter still flushes, nobody waits for.
                _ = connection.DisposeAsync().AsTask();
            }
        }

        DropHead(loop);
        _reader.Reset();
        _connection = null;
        _pool = null;
        _owner.Return(this, loop);
    }

    private void Begin(HttpMethod method, bool chunked)
    {
        _method = method;
        _sender.Begin(Connection, chunked);
    }

    private ParseStatus Parse(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return ParseStatus.Incomplete;
        }

        _hasResponded = true;
        _head ??= _owner.RentHead(Connection.Loop);
        var status = ResponseParser.Parse(_received.Show(in buffer, Connection.Loop, _limits.MaxBytes), _head, in _limits);
        if (status == ParseStatus.Incomplete)
        {
            return status;
        }

        // The read stays open: the head's bytes lie in it.
        _received.Keep(in buffer);
        if (status == ParseStatus.Complete && !_head.IsInterim)
        {
            _framing = _method == HttpMethod.Head ? BodyFraming.None : _head.Framing;
            _namesFields = _head.ConnectionNamesFields;
            _isPersistent = _head.IsPersistent && _framing.Kind != BodyKind.UntilClose;
            _reader.Begin(Connection.Input, _framing);
        }

        return status;
    }

    private void DropHead(EventLoop loop)
    {
        if (_head is { } head)
        {
            _owner.Return(head, loop);
            _head = null;
        }

        _received.Drop();
    }
}
