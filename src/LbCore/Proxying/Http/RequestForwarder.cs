using System;
using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Proxying.Http;

/// <summary>
/// One request from its whole head to its outcome: finds a backend, sends the request, and the response back. The object is
/// used again for others, and is its own timer.
/// </summary>
/// <remarks>
/// It knows two exchanges and no connection, so it does not matter how many requests share one. Two directions run at once
/// while a request's body flows: this method waits for the response, and <see cref="UploadAsync"/> sends the body.
/// Whatever goes wrong first is kept, and wakes both.
/// </remarks>
internal sealed partial class RequestForwarder : LazyTimer
{
    private readonly HttpLoop _loop;
    private HttpProxy _proxy = null!;
    private Listener _listener = null!;
    private DownstreamExchange _client = null!;
    private UpstreamExchange? _upstream;
    private string? _clusterName;
    private Cluster? _cluster;
    private BackendAttempts _attempts;
    private SelectionInput _key;
    private ValueTask _upload;
    private BodyFraming _requestFraming;
    private HttpMethod _method;
    private long _startedAt;
    private long _bytesUp;
    private long _bytesDown;
    private int _connectMilliseconds;
    private int _responseMilliseconds;
    private int _status;
    private RequestEnd _end;
    private HttpError _error;
    private Stage _stage;
    private bool _ended;
    private bool _wantsUpgrade;
    private bool _uploading;
    private bool _requestSent;
    private bool _responseStarted;
    private bool _responseDone;
    private bool _inUse;

    public RequestForwarder(HttpLoop loop) => _loop = loop;

    /// <summary>Gets how the request ended.</summary>
    public RequestEnd End => _end;

    /// <summary>Gets the status to answer when no response has been started; 0 when nobody is there to read it.</summary>
    public int AnswerStatus => _end == RequestEnd.BadRequest ? HttpErrors.StatusOf(_error) : RequestEnds.StatusOf(_end);

    /// <summary>Gets the head as it was written for a backend; empty when none was.</summary>
    public ReadOnlySpan<byte> WrittenHead => _message.AsSequence(_headLength).FirstSpan;

    /// <summary>Gets or sets the identifier of an answer of ours, when that is not the one in <see cref="WrittenHead"/>.</summary>
    public RequestId AnswerId { get; set; }

    /// <summary>Gets whether a byte of the final response may have been sent.</summary>
    public bool ResponseStarted => _responseStarted;

    /// <summary>Gets the connection to the backend when the two have agreed on another protocol.</summary>
    public TransportConnection? Tunnel { get; private set; }

    private EventLoop Loop => _client.Connection.Loop;

    private UpstreamExchange Upstream
    {
        get
        {
            Debug.Assert(_upstream is not null, "Forwarding begins with an exchange.");
            return _upstream;
        }
    }

    public void Begin(HttpProxy proxy, DownstreamExchange client)
    {
        _proxy = proxy;
        _listener = proxy.Listener;
        _client = client;
        _startedAt = Loop.Now;
        _connectMilliseconds = -1;
        _responseMilliseconds = -1;
        _stage = Stage.Route;
        _inUse = true;
    }

    /// <summary>
    /// Forwards the request. When the task completes, the exchange with the backend has ended, or is a <see cref="Tunnel"/>.
    /// Unless a response has been started, the caller answers.
    /// </summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    public async ValueTask RunAsync()
    {
        try
        {
            FindRoute();
            LookForClose();
            var again = false;
            while (again || TryReserve())
            {
                // 1. An exchange: a pooled one, or a new connection.
                _upstream = (again ? null : TryRent()) ?? await DialAsync();
                again = false;
                if (_upstream is null)
                {
                    if (IsWorthAnother())
                    {
                        continue;
                    }

                    break;
                }

                // 2. The request.
                BeginForward();
                var sent = await Watch(SendMessageAsync(), ref _requestWait, WaitKind.BackendTakes);
                _requestWait.Kind = WaitKind.None;
                _bytesUp = _messageLength - _headLength;
                if (!_requestSent && !sent.IsCompleted)
                {
                    _uploading = true;
#pragma warning disable CA2012 // Awaited once, in FinishAsync.
                    _upload = UploadAsync();
#pragma warning restore CA2012
                }

                // 3. The response. Sending may have failed because the backend has answered already.
                // Not in a method of its own: every level that waits costs a request twice.
                HeadStatus status;
                do
                {
                    Wait(ref _responseWait, WaitKind.ResponseHead);
                    status = await _upstream.ReadHeadAsync();
                    _responseWait.Kind = WaitKind.None;
                }
                while (status == HeadStatus.Complete && _upstream.Head.IsInterim && await PassInterimAsync());

                if (status == HeadStatus.Complete)
                {
                    await RespondAsync();
                    break;
                }

                if (!(again = MaySendAgain(status)))
                {
                    Fail(status == HeadStatus.Invalid ? RequestEnd.BadResponse : RequestEnd.BackendClosed);
                    break;
                }

                EndUpstream(whole: false);
                _attempts.BeginAgain();
            }
        }
        catch (Exception)
        {
            // A fault of ours goes on to the connection's root, when everything has been put back.
            Fail(RequestEnd.Fault);
            await FinishAsync();
            throw;
        }

        await FinishAsync();
    }

    /// <summary>The client is gone, or cut off by us: nobody is left to answer.</summary>
    public void OnClientLost(CloseReason reason) => Fail(reason == CloseReason.Shutdown ? RequestEnd.Shutdown : RequestEnd.ClientReset);

    /// <summary>The client has ended its stream. Behind a whole request that says nothing, unless the listener's options say otherwise.</summary>
    public void OnClientClosed()
    {
        if (_listener.AbortOnClose && (_requestSent || IsMessageWhole) && !_responseDone)
        {
            Fail(RequestEnd.ClientClosed);
        }
    }

    // The end of the stream may have been told before the request was whole, and is not told again.
    private void LookForClose()
    {
        if (_client.Connection.Peer == PeerState.SendClosed)
        {
            OnClientClosed();
        }
    }

    /// <summary>
    /// Ends the request with the first cause, and wakes whoever waits for either side. A request whose response is out is
    /// complete, whatever becomes of the rest of its body.
    /// </summary>
    private void Fail(RequestEnd end)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _end = _responseDone ? RequestEnd.Completed : end;
        if (_upstream is { } upstream)
        {
            _error = _end == RequestEnd.BadResponse && _error == HttpError.None ? upstream.Error : _error;
            upstream.Abort(CloseReason.OtherSideAborted);
        }

        var isBlocked = _responseWait.Kind == WaitKind.ClientTakes;
        if (isBlocked || (_responseStarted && !_responseDone))
        {
            _client.Cut(CloseReason.OtherSideAborted, isBlocked);
        }

        _client.StopBody();

        // Last, as it runs the request to its end before it returns, and this object may be somebody else's then.
        GiveUpDial();
    }

    /// <summary>Waits for the request's body, ends the exchange and gives everything back.</summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private async ValueTask FinishAsync()
    {
        try
        {
            if (_uploading)
            {
                StopUpload();
                await _upload;
            }
        }
        finally
        {
            _uploading = false;
            EndAttempt();
        }
    }

    /// <summary>Stops an upload that nobody reads any more.</summary>
    private void StopUpload()
    {
        // A backend that has answered may go on reading, and then the request is not cut off under it.
        if (_upstream is { IsPersistent: true } && !_client.MayLackBody)
        {
            return;
        }

        _client.StopBody();
        if (_requestWait.Kind == WaitKind.BackendTakes)
        {
            _upstream?.Abort(CloseReason.OtherSideAborted);
        }
    }

    private void EndAttempt()
    {
        DropFirstPiece();
        if (_responseDone && !_ended)
        {
            _ended = true;
            _end = RequestEnd.Completed;
        }
        else if (!_ended)
        {
            _client.DropReceivedBody();
            Fail(WhyNoBackend());
        }

        EndUpstream(whole: _requestSent && _responseDone && _end == RequestEnd.Completed);
        if (Tunnel is null)
        {
            ReleasePlace();
        }
    }

    private void ReleasePlace() => _attempts.Release(RequestEnds.FailedBy(_end) == FailureSource.Backend && !_wasStale);

    /// <summary>Records the outcome and puts the object back for others. Nothing of it may be used after this.</summary>
    public void Return(int status, long tunnelUp, long tunnelDown, int answerBytes = 0)
    {
        _bytesUp += tunnelUp;
        _bytesDown += tunnelDown;
        ReleasePlace();
        _proxy.Recorder.Record(BuildOutcome(status, answerBytes));
        Clear();
        _loop.Return(this);
    }

    private RequestOutcome BuildOutcome(int status, int answerBytes) => new()
    {
        Listener = _listener.Name,
        Cluster = _clusterName ?? "",
        Client = _client.Connection,
        ClientAddress = _client.ClientAddress,
        ClientPort = _client.ClientPort,
        End = Tunnel is not null ? RequestEnd.Tunnelled : _end,
        Error = _error,
        Stage = _stage,
        Status = status == 0 ? _status : status,
        BackendFull = _attempts.BackendFull,
        BytesUp = _bytesUp,
        BytesDown = _bytesDown,
        ConnectMilliseconds = _connectMilliseconds,
        ResponseMilliseconds = _responseMilliseconds,
        TotalMilliseconds = Loop.Now - _startedAt,
        AnswerBytes = answerBytes,
        AnswerId = AnswerId,
        Head = _message.AsSequence(_headLength),
        Target = Behind(_unforwardedLength, _targetLength),
        Unforwarded = Behind(0, _unforwardedLength),
        IsHttp10 = _isHttp10,
        LacksHost = _lacksHost,
        Attempts = _attempts.ToList(FinalAttempt()),
    };

    /// <summary>Returns what lies at the end of the message's buffer, for the record.</summary>
    private ReadOnlySequence<byte> Behind(int fromEnd, int length) =>
        length == 0 ? default : _message.AsSequence(_message.Length - fromEnd).Slice(_message.Length - fromEnd - length);

    private void Clear()
    {
        ReturnMessage();
        _route = null;
        _proxy = null!;
        _listener = null!;
        _clusterName = null;
        _client = null!;
        _upstream = null;
        _cluster = null;
        _attempts = default;
        _key = default;
        _upload = default;
        _dial = null;
        _lastDial = default;
        _firstPiece = default;
        _requestFraming = default;
        _requestWait = default;
        _responseWait = default;
        _bytesUp = _bytesDown = 0;
        _status = 0;
        _end = RequestEnd.Completed;
        _error = HttpError.None;
        AnswerId = default;
        _interims = 0;
        _ended = _wantsUpgrade = _uploading = _requestSent = _responseStarted = _responseDone = _inUse = false;
        _hasFirstPiece = _wasStale = _awaitsLeave = false;
        Tunnel = null;
    }
}
