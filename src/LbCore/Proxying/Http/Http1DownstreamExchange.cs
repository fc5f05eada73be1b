using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Routing;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>One request and its response on an HTTP/1.1 client connection. The object is used again for others.</summary>
internal sealed class Http1DownstreamExchange : DownstreamExchange
{
    // Of one turn, however small a client's chunks are.
    private const int MaxDroppedPieces = 4096;

    private readonly HttpLoop _loop;
    private readonly Http1BodyReader _reader = new();
    private readonly Http1BodySender _sender = new();
    private Http1Connection _owner = null!;
    private RequestHead? _head;
    private ReceivedHead _received;
    private HeadLimits _limits;
    private UnderscoreRule _underscores;
    private HttpMethod _method;
    private bool _isHttp11;
    private bool _isPersistent;
    private bool _expectsContinue;
    private bool _acceptsTrailers;
    private bool _namesFields;
    private bool _isSelfDelimited;

    public Http1DownstreamExchange(HttpLoop loop) => _loop = loop;

    public override TransportConnection Connection => _owner.Client;

    public override RequestHead Head => _head ?? throw new InvalidOperationException("There is no head: it was not read, or has been released.");

    public override ReadOnlySpan<byte> HeadBytes => _received.Bytes;

    public override ReadOnlyMemory<byte> ClientAddress => _owner.ClientAddress;

    public override int ClientPort => _owner.ClientPort;

    public override ForwardingPlan Forwarding => _owner.Forwarding;

    public override HttpError BodyError => _reader.Error;

    public override bool MayLackBody => _expectsContinue && _reader.BytesRead == 0;

    public override long UndeliveredBytes => Connection.UndeliveredBytes;

    /// <summary>Gets whether the whole request has been read, so that what follows is the next one.</summary>
    public bool IsRequestRead => _head is null && _reader.IsEnded;

    /// <summary>Gets whether the client has asked for the connection to end with this exchange.</summary>
    public bool IsLastOfClient => !_isPersistent;

    /// <summary>Gets whether the connection ends with this exchange, as the client has been told.</summary>
    public bool ClosesAfter { get; private set; }

    /// <summary>Gets why the head was refused.</summary>
    public HttpError HeadError => _head?.Error ?? HttpError.None;

    // Whatever the response is.
    private bool IsLast => !_isPersistent || _loop.IsDraining || _owner.HasLastRequest;

    // Of a head that is refused, the method may be known all the same.
    private bool IsForHead => (_head?.Method ?? _method) == HttpMethod.Head;

    /// <summary>Begins with the first byte of a request. What holds for its head then holds to its end.</summary>
    public void Begin(Http1Connection owner, in HeadLimits limits, UnderscoreRule underscores)
    {
        _owner = owner;
        _limits = limits;
        _underscores = underscores;
    }

    /// <summary>Parses the head in a buffer, of which nothing is consumed before <see cref="ReleaseHead"/>.</summary>
    public ParseStatus Parse(in ReadOnlySequence<byte> buffer)
    {
        _head ??= _loop.RentHead();
        var bytes = _received.Show(in buffer, _loop.Loop, _limits.MaxBytes);
        var status = RequestParser.Parse(bytes, _head, in _limits);
        if (status == ParseStatus.Complete)
        {
            status = UnderscoreRules.Apply(bytes, _head, _underscores);
        }

        if (status == ParseStatus.Complete)
        {
            _received.Keep(in buffer);
            _method = _head.Method;
            _isHttp11 = _head.IsHttp11;
            _isPersistent = _head.IsPersistent;
            _acceptsTrailers = _head.AcceptsTrailers;
            _namesFields = _head.ConnectionNamesFields;
            _expectsContinue = _head.ExpectsContinue && !_head.Framing.IsEmpty;
        }

        return status;
    }

    /// <summary>Refuses what has come, before it is looked at.</summary>
    public ParseStatus Refuse(HttpError error) => (_head ??= _loop.RentHead()).Refuse(error);

    /// <summary>Returns what has come of a head that is refused, from its method on; empty when that and the target are not known.</summary>
    /// <param name="buffer">The buffer that was parsed last.</param>
    public ReadOnlySequence<byte> RefusedHead(in ReadOnlySequence<byte> buffer) =>
        _head is { MethodLength: > 0 } head ? _received.Shown(in buffer).Slice(head.MethodStart) : default;

    public override void ReleaseHead()
    {
        if (_head is not { } head)
        {
            return;
        }

        Connection.Input.AdvanceTo(_received.PositionOf(head.Length));
        _reader.Begin(Connection.Input, head.Framing);
        DropHead();
    }

    public override bool TryReadBody(out BodyPiece piece) => _reader.TryRead(out piece);

    public override ValueTask<BodyPiece> ReadBodyAsync() => _reader.ReadAsync();

    public override void AdvanceBody() => _reader.Advance();

    public override ReadOnlyMemory<byte> TakeTrailers(FieldNames? dropped) =>
        _reader.TakeTrailers(new TrailerFilter { All = _namesFields, Dropped = dropped, Underscores = _underscores });

    public override void DropReceivedBody()
    {
        for (var pieces = 0; pieces < MaxDroppedPieces && !IsRequestRead && _reader.TryRead(out var piece) && piece.IsGood; pieces++)
        {
            _reader.Advance();
        }
    }

    public override void StopBody() => _reader.Stop();

    public override void WriteInterim(ReadOnlySpan<byte> bytes, ResponseHead head)
    {
        // HTTP/1.0 knows no interim responses (RFC 9110 section 15.2).
        if (_isHttp11)
        {
            Write(bytes, head, new ResponseEdits { Via = _owner.WritesVia });
        }
    }

    public override void WriteHead(ReadOnlySpan<byte> bytes, ResponseHead head, BodyFraming framing, FieldEdits? fields, bool leavesBody)
    {
        // HTTP/1.0 knows no chunks: such a body ends with the connection.
        var chunked = framing.Kind == BodyKind.Chunked && _isHttp11;
        _isSelfDelimited = chunked || framing.Kind is BodyKind.None or BodyKind.Length;
        ClosesAfter = leavesBody || !_isSelfDelimited || IsLast;
        _sender.Begin(Connection, chunked);
        if (chunked && _acceptsTrailers)
        {
            TrailerRules.KeepAnnouncement(head);
        }

        Write(bytes, head, new ResponseEdits
        {
            Close = ClosesAfter,
            Date = head.Status < 200 || (fields is not null && fields.Dropped.Contains("date"u8)) ? default : _loop.Date.Show(),
            Via = _owner.WritesVia,
            SayKeepAlive = !_isHttp11,
            Fields = fields,
            Chunked = chunked || (_method == HttpMethod.Head && _isHttp11 && head.Framing.Kind == BodyKind.Chunked),
        });
    }

    public override void EndWith(ReadOnlyMemory<byte> trailers) => _sender.Trailers = _acceptsTrailers ? trailers : default;

    public override ValueTask<FlushResult> SendBodyAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more) =>
        _sender.SendAsync(in data, isEnd, more);

    public override ValueTask<FlushResult> FlushAsync() => Connection.Output.FlushAsync();

    public override void Cut(CloseReason reason, bool isBlocked)
    {
        ClosesAfter = true;
        if (isBlocked || !_isSelfDelimited)
        {
            Connection.Abort(reason);
        }
    }

    /// <summary>Writes an answer about what went wrong. It goes out with the next flush. Returns how many bytes its body has.</summary>
    public int WriteError(int status, AnswerFormat format, ReadOnlySpan<byte> requestId, bool close)
    {
        ClosesAfter = close || IsLast;
        var answer = new ErrorAnswer
        {
            Status = status,
            Format = format,
            RequestId = requestId,
            Date = _loop.Date.Show().Span,
            Close = ClosesAfter,
            SayKeepAlive = !_isHttp11,
            WithBody = !IsForHead,
        };
        return answer.Write(Connection.Output);
    }

    /// <summary>Writes a route's answer. It goes out with the next flush. Returns how many bytes its body has.</summary>
    public int WriteAnswer(RouteAnswer answer, ReadOnlySpan<byte> location, bool close)
    {
        ClosesAfter = close || IsLast;
        return RouteAnswerWriter.Write(
            Connection.Output, answer, _loop.Date.Show().Span, location, ClosesAfter, sayKeepAlive: !_isHttp11, withBody: !IsForHead);
    }

    /// <summary>Ends the exchange and puts the object back for others.</summary>
    public void End()
    {
        DropHead();
        ClosesAfter = _isHttp11 = _isPersistent = _expectsContinue = _acceptsTrailers = _namesFields = _isSelfDelimited = false;
        _method = HttpMethod.Other;
        _reader.Reset();
        _owner = null!;
        _loop.Return(this);
    }

    private void Write(ReadOnlySpan<byte> bytes, ResponseHead head, in ResponseEdits edits)
    {
        var target = Connection.Output.GetSpan(HeadWriter.MaxResponseLength(head, in edits));
        Connection.Output.Advance(HeadWriter.WriteResponse(target, bytes, head, in edits));
    }

    private void DropHead()
    {
        if (_head is { } head)
        {
            _head = null;
            _loop.Return(head);
        }

        _received.Drop();
    }
}
