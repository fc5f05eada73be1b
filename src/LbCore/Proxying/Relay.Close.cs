using System;
using LbCore.Recording;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>The part that decides what the end of one side means for the other.</summary>
internal abstract partial class Relay
{
    /// <summary>Reading ended with a reset or an abort. Everything received before has been handed on by now.</summary>
    private void OnReadFailed(bool fromClient) => OnSideLost(client: fromClient);

    /// <summary>The receiver is gone. What it sent before that may still be on its way to the sender.</summary>
    private void OnSendFailed(bool fromClient) => OnSideLost(client: !fromClient);

    private void OnSideLost(bool client)
    {
        var reason = Side(client).CloseReason;
        NoteFailure(client, reason);
        if (IsPeersDoing(reason))
        {
            BeginDelivery(client);
        }
        else
        {
            Side(!client).Abort(reason);
        }
    }

    /// <summary>Looks at what the peers have done. Runs for both sides.</summary>
    protected virtual void OnPeerChanged()
    {
        if (_delivery is not null)
        {
            _delivery.Check();
        }
        else if (IsLost(_client))
        {
            OnSideLost(client: true);
        }
        else if (_upstream is { } upstream && IsLost(upstream))
        {
            OnSideLost(client: false);
        }
    }

    /// <summary>A fault of ours: both sides are reset, and the root reports it at the end.</summary>
    protected void OnFault(Exception exception)
    {
        _fault ??= exception;
        _failedBy = FailureSource.Proxy;
        _client.Abort(CloseReason.HandlerFailed, exception);
        _upstream?.Abort(CloseReason.HandlerFailed);
    }

    protected static bool IsLost(TransportConnection side) => side.Peer == PeerState.Reset || side.CloseReason != CloseReason.None;

    private void BeginDelivery(bool clientIsLost)
    {
        if (_delivery is null)
        {
            _delivery = new Delivery(this, clientIsLost);
            _delivery.Check();
        }
    }

    /// <inheritdoc/>
    protected override void OnTimer()
    {
        // Bytes on their way to a slow receiver are no idleness, even when a whole timeout is too short for one send.
        var undelivered = CountUndelivered();
        if (undelivered != _undelivered)
        {
            _undelivered = undelivered;
            NoteActivity();
        }

        if (IdleMillisecondsLeft() > 0)
        {
            ScheduleIdleCheck();
            return;
        }

        NoteFailure(client: true, CloseReason.IdleTimeout);
        _client.Abort(CloseReason.IdleTimeout);
        Upstream.Abort(CloseReason.IdleTimeout);
    }

    // Lazily re-armed: moving bytes only stores the time, and the timer looks at it when it fires.
    private void ScheduleIdleCheck() =>
        Schedule(_client.Loop, TimeSpan.FromMilliseconds(Math.Max(IdleMillisecondsLeft(), 0)));

    private long IdleMillisecondsLeft() => _lastActivity + IdleLimit - _client.Loop.Now;

    private long IdleLimit => IsHalfClosed ? Math.Min(IdleMilliseconds, HalfClosedMilliseconds) : IdleMilliseconds;

    // Not while the last bytes of a lost side are delivered: whoever gets them may read as slowly as ever.
    private bool IsHalfClosed => _uploadEnded != _downloadEnded && _delivery is null;

    private int CountUndelivered() => unchecked((int)(_client.UndeliveredBytes + Upstream.UndeliveredBytes));

    /// <summary>Keeps the first failure: what follows from it is not another one.</summary>
    private void NoteFailure(bool client, CloseReason reason)
    {
        if (_failedBy == FailureSource.None)
        {
            _failedBy = !IsPeersDoing(reason) ? FailureSource.Proxy
                : client ? FailureSource.Client
                : FailureSource.Backend;
        }
    }

    private TransportConnection Side(bool client) => client ? _client : Upstream;

    // None: a send found the peer gone before the connection noticed why.
    private static bool IsPeersDoing(CloseReason reason) =>
        reason is CloseReason.PeerReset or CloseReason.NetworkError or CloseReason.None;
}
