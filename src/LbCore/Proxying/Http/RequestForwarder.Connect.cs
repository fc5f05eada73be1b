using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Recording;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Proxying.Http;

/// <summary>The part that finds an exchange: reserve, take a pooled one or dial, and again on the next backend.</summary>
internal sealed partial class RequestForwarder
{
    private UpstreamDial? _dial;
    private DialStatus _lastDial;
    private bool _wasStale;

    // The snapshot is read for each attempt: a retry must not go to a backend that has been removed meanwhile. A cluster
    // that is gone as a whole still serves the requests that were routed to it.
    private bool TryReserve()
    {
        // For the first attempt it has been found just now, with the key.
        if (_attempts.HasAny)
        {
            FindCluster();
        }

        return !_ended && _cluster is not null && _attempts.TryBegin(_cluster, in _key);
    }

    private void FindCluster()
    {
        if (_clusterName is not null)
        {
            _cluster = _proxy.FindCluster(_clusterName) ?? _cluster ?? _listener.Snapshot.FindCluster(_clusterName);
        }
    }

    private UpstreamExchange? TryRent() => _proxy.Exchanges.TryRent(Loop, _attempts.Backend);

    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private async ValueTask<UpstreamExchange?> DialAsync()
    {
        _stage = Stage.Connect;
        var startedAt = Loop.Now;
        DialResult result;
        try
        {
            _dial = UpstreamDial.Start(Loop, _attempts.Backend, _cluster!.Dial);
            result = await _dial.Result;
        }
        finally
        {
            _dial = null;
        }

        _lastDial = result.Status;
        var milliseconds = (int)(Loop.Now - startedAt);
        _attempts.Current = _attempts.Current with { Dial = result.Status, ConnectMilliseconds = milliseconds };
        if (result.Connection is { } connection)
        {
            return _proxy.Exchanges.Adopt(connection, _attempts.Backend);
        }

        var failedBy = _ended ? RequestEnds.FailedBy(_end) : RequestEnds.FailedBy(WhyNoBackend());
        _attempts.Current = _attempts.Current with { FailedBy = failedBy, RetrySafety = RetrySafety.Always };
        _attempts.Release(failedBy == FailureSource.Backend);
        return null;
    }

    private void GiveUpDial()
    {
        if (_dial is { } dial)
        {
            // First hand the reservation over: giving up continues the wait before it returns.
            _attempts.HandOver();
            dial.GiveUp();
        }
    }

    private bool IsWorthAnother() => !_ended && BackendAttempts.MayAnotherHelp(_lastDial);

    /// <summary>Says why there is no backend, after the last dial or without any.</summary>
    private RequestEnd WhyNoBackend() => _clusterName is null ? WhyNoCluster() : !_attempts.HasAny ? WhyNone() : _lastDial switch
    {
        DialStatus.TimedOut => RequestEnd.ConnectTimeout,
        DialStatus.NoLocalPort or DialStatus.OutOfResources => RequestEnd.OutOfResources,
        DialStatus.Canceled => RequestEnd.Shutdown,
        _ => RequestEnd.ConnectFailed,
    };

    private RequestEnd WhyNone() => _attempts.BackendFull ? RequestEnd.BackendsFull : RequestEnd.NoBackend;

    private void BeginForward()
    {
        _stage = Stage.Forward;
        _wasStale = false;
        _connectMilliseconds = (int)(Loop.Now - _startedAt);
        _attempts.Current = _attempts.Current with { Stage = Stage.Forward, IsReused = Upstream.IsReused };
    }

    /// <summary>
    /// Returns whether the request may go out once more, when no response came: the connection may have been closing when it
    /// was taken, and doing the request twice is doing it once (RFC 9112 section 9.3.1).
    /// </summary>
    private bool MaySendAgain(HeadStatus status)
    {
        _wasStale = !_ended && status == HeadStatus.ClosedBefore && Upstream.IsReused;
        if (!_wasStale || _uploading || !HttpMethods.IsIdempotent(_method) || !IsMessageWhole)
        {
            return false;
        }

        _requestSent = false;
        _attempts.Current = _attempts.Current with { FailedBy = FailureSource.Backend, RetrySafety = RetrySafety.OnReusedConnection };
        return true;
    }

    private void EndUpstream(bool whole)
    {
        if (_upstream is { } upstream)
        {
            _upstream = null;
            upstream.End(whole);
        }
    }

    private AttemptOutcome FinalAttempt()
    {
        if (!_attempts.HasAny || _stage != Stage.Forward)
        {
            return _attempts.Current;
        }

        var failedBy = RequestEnds.FailedBy(_end);
        var safety = _wasStale ? RetrySafety.OnReusedConnection : RetrySafety.Never;
        return _attempts.Current with { FailedBy = failedBy, Status = (short)_status, RetrySafety = safety };
    }
}
