using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Recording;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>
/// The part that sends the request. Its head is written once, into a small buffer that is kept until the end, so the large
/// one that it came in goes back at once. A small body lies behind it; then the whole request can be sent again.
/// </summary>
internal sealed partial class RequestForwarder
{
    private LoopBuffer _message;
    private BodyPiece _firstPiece;
    private int _headLength;
    private int _messageLength;

    // Of where the client is redirected, of a target that the head has otherwise, and of fields for the record that do not go
    // on. They lie at the end of the buffer, one behind the other.
    private int _locationLength;
    private int _targetLength;
    private int _unforwardedLength;
    private bool _hasFirstPiece;
    private bool _isHttp10;
    private bool _lacksHost;
    private bool _uploadEnded;

    /// <summary>Gets what the client's request says that errors are written in, when the head that goes on does not say the same.</summary>
    public AnswerFormat? AnswerFormat { get; private set; }

    private bool IsMessageWhole => _requestFraming.IsEmpty || _messageLength > _headLength;

    /// <param name="target">The target for the backend; empty to keep the request's.</param>
    /// <param name="location">Where the client is redirected; empty when it is not.</param>
    private void WriteMessage(ReadOnlySpan<byte> target, ReadOnlySpan<byte> location)
    {
        var head = _client.Head;
        _method = head.Method;
        _requestFraming = head.Framing;
        _wantsUpgrade = head.WantsUpgrade;
        var forwarding = _client.Forwarding;
        Span<byte> requestId = stackalloc byte[RequestId.Length];
        requestId = forwarding.Written.Contains(KnownField.XRequestId) ? requestId[.._loop.RequestIds.Next().Format(requestId)] : default;
        var edits = new RequestEdits
        {
            Forwarding = forwarding,
            ForwardedFor = _client.ClientAddress.Span,
            LocalPort = forwarding.Written.Contains(KnownField.XForwardedPort) ? LocalPort() : 0,
            RequestId = requestId,
            MissingHost = head.HostIndex < 0 && head.AuthorityEnd == 0 ? OwnAddress() : default,
            Target = target,
            Host = _route?.Rewrite is { } rewrite ? rewrite.Host : default,
            Fields = _route?.RequestFields,
        };
        AnswerFormat = head.ConnectionNamesFields || (edits.Fields?.Dropped.Contains("accept"u8) ?? false)
            ? AcceptRules.Choose(_client.HeadBytes[..head.Length]) : null;
        _isHttp10 = !head.IsHttp11;
        _lacksHost = head.HostIndex < 0 && head.AuthorityEnd == 0;
        var targetLength = head.AuthorityEnd == 0 && target.IsEmpty ? 0 : head.TargetLength;
        var unforwardedLength = UnforwardedFields.LengthOf(_client.HeadBytes, head, in edits);
        var behindLength = location.Length + targetLength + unforwardedLength;
        _message = Loop.RentBuffer(HeadWriter.MaxRequestLength(_client.HeadBytes, head, in edits) + behindLength);
        _targetLength = targetLength;
        _unforwardedLength = unforwardedLength;
        _locationLength = location.Length;
        var atEnd = _message.Span[^behindLength..];
        location.CopyTo(atEnd);
        atEnd = atEnd[location.Length..];
        head.TargetOf(_client.HeadBytes)[..targetLength].CopyTo(atEnd);
        UnforwardedFields.Copy(_client.HeadBytes, head, in edits, atEnd[targetLength..]);
        _headLength = _messageLength = HeadWriter.WriteRequest(_message.Span, _client.HeadBytes, head, in edits);
        _client.ReleaseHead();
        _stage = _clusterName is null ? Stage.Route : Stage.Reserve;
        if (_requestFraming.Kind == BodyKind.Length && _requestFraming.Length > _listener.MaxBodyBytes)
        {
            Fail(RequestEnd.BodyTooLarge);
            return;
        }

        TakeFirstPiece();
    }

    // What HTTP/1.0 leaves out is the address that the client connected to (RFC 9112 section 3.3). A unix socket has none
    // that could be a host, and then the field is empty (section 3.2).
    private byte[] OwnAddress() => _client.Connection.LocalEndPoint is IPEndPoint address
        ? Encoding.ASCII.GetBytes(TransportAddress.Format(address))
        : [];

    private int LocalPort() => _client.Connection.LocalEndPoint is IPEndPoint address ? address.Port : 0;

    private void TakeFirstPiece()
    {
        if (_requestFraming.IsEmpty || !_client.TryReadBody(out var piece))
        {
            return;
        }

        if (!piece.IsGood)
        {
            OnBodyFailed(piece.Status);
            return;
        }

        if (IsTooMuch(in piece))
        {
            return;
        }

        var room = _message.Length - _locationLength - _targetLength - _unforwardedLength - _messageLength;
        if (_requestFraming.Kind != BodyKind.Length || !piece.IsEnd || piece.Data.Length > room)
        {
            _firstPiece = piece;
            _hasFirstPiece = true;
            return;
        }

        piece.Data.CopyTo(_message.Span[_messageLength..]);
        _messageLength += (int)piece.Data.Length;
        _client.AdvanceBody();
    }

    private ValueTask<FlushResult> SendMessageAsync()
    {
        var chunked = _requestFraming.Kind == BodyKind.Chunked;
        if (!_hasFirstPiece)
        {
            _requestSent = IsMessageWhole;
            return Upstream.SendHeadAsync(_message.AsSequence(_messageLength), _method, chunked);
        }

        Upstream.WriteHead(_message.Span[.._messageLength], _method, chunked);
        return default;
    }

    /// <summary>Sends the body as it comes. Ends without an error: what went wrong is noted, and the response's reader woken.</summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private async ValueTask UploadAsync()
    {
        try
        {
            await SendBodyAsync();
        }
        catch (Exception)
        {
            Fail(RequestEnd.Fault);
            throw;
        }
        finally
        {
            _requestWait.Kind = WaitKind.None;
            _uploadEnded = true;
            NoteUploadProgress();
        }
    }

    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private async ValueTask SendBodyAsync()
    {
        var upstream = Upstream;
        var held = false;
        _awaitsLeave = _client.MayLackBody && !_hasFirstPiece;
        while (true)
        {
            if (!TryTakePiece(out var piece))
            {
                if (held)
                {
                    held = false;
                    await Watch(upstream.FlushAsync(), ref _requestWait, WaitKind.BackendTakes);
                }

                Wait(ref _requestWait, WaitKind.RequestBody);
                piece = await _client.ReadBodyAsync();
                EndBodyWait();
            }

            if (!piece.IsGood)
            {
                OnBodyFailed(piece.Status);
                return;
            }

            if (IsTooMuch(in piece))
            {
                return;
            }

            Pay(ref _requestWait, piece.Data.Length);
            if (piece.IsEnd)
            {
                upstream.EndWith(_client.TakeTrailers(_route?.RequestFields?.Dropped));
            }

            var sending = upstream.SendBodyAsync(piece.Data, piece.IsEnd, piece.MoreBuffered);
            var sent = await Watch(sending, ref _requestWait, WaitKind.BackendTakes);
            _requestWait.Kind = WaitKind.None;
            _bytesUp += piece.Data.Length;
            _client.AdvanceBody();
            NoteUploadProgress();
            if (sent.IsCompleted || _ended)
            {
                // The backend is gone, or takes no more. What it has answered before that is still to be read.
                return;
            }

            if (piece.IsEnd)
            {
                _requestSent = true;
                LookForClose();
                return;
            }

            held = piece.MoreBuffered;
        }
    }

    private bool TryTakePiece(out BodyPiece piece)
    {
        if (_hasFirstPiece)
        {
            _hasFirstPiece = false;
            piece = _firstPiece;
            _firstPiece = default;
            return true;
        }

        return _client.TryReadBody(out piece);
    }

    /// <summary>Gives back a piece with which the body is larger than it may be, and ends the request.</summary>
    private bool IsTooMuch(in BodyPiece piece)
    {
        if (_bytesUp + piece.Data.Length <= _listener.MaxBodyBytes)
        {
            return false;
        }

        _client.AdvanceBody();
        if (!_responseDone)
        {
            Fail(RequestEnd.BodyTooLarge);
        }

        return true;
    }

    private void OnBodyFailed(BodyStatus status)
    {
        if (_responseDone)
        {
            // It was answered without the rest.
            return;
        }

        switch (status)
        {
            case BodyStatus.Truncated:
                Fail(RequestEnd.RequestTruncated);
                break;
            case BodyStatus.Reset:
                Fail(RequestEnd.ClientReset);
                break;
            case BodyStatus.Invalid:
                _error = _client.BodyError;
                Fail(RequestEnd.BadRequest);
                break;
        }
    }

    // Nobody took it, since no backend was found. Whoever reads on from the client must find its last read ended.
    private void DropFirstPiece()
    {
        if (_hasFirstPiece)
        {
            _hasFirstPiece = false;
            _firstPiece = default;
            _client.AdvanceBody();
        }
    }

    private void ReturnMessage()
    {
        _message.Return();
        _message = default;
        _headLength = _messageLength = _locationLength = _targetLength = _unforwardedLength = 0;
        _uploadEnded = false;
    }
}
