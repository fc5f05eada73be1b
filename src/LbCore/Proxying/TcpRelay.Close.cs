using System;
using LbCore.Recording;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>The part that decides what the end of one side means for the other.</summary>
internal sealed partial class TcpRelay
{
    /// <summary>
    /// How long, once one side is reset, what it sent before may take to reach the other side without progress. A peer
    /// that reads gets it all; one that does not must not hold the pair for the whole idle timeout.
    /// </summary>
    internal const long DeliveryMilliseconds = 5_000;

    /// <summary>Reading ended with a reset or an abort. Everything received before has been passed on by now.</summary>
    private void OnReadFailed(bool fromClient)
    {
        var reason = Source(fromClient).CloseReason;
        NoteFailure(fromClient, reason);
        Destination(fromClient).Abort(Passed(reason));
    }

    /// <summary>The receiver is gone. Its own reason says whether the sender must go too, and when.</summary>
    private void OnSendFailed(bool fromClient)
    {
        var reason = Destination(fromClient).CloseReason;
        NoteFailure(!fromClient, reason);

        // After a reset the opposite direction may still have bytes of the lost side to deliver. It meets the same reset
        // when it has read them all, and ends the sender then.
        var oppositeEnded = fromClient ? _downloadEnded : _uploadEnded;
        if (oppositeEnded || !IsPeersDoing(reason))
        {
            Source(fromClient).Abort(Passed(reason));
        }
    }

    /// <summary>A fault of ours: both sides are reset, and the root reports it at the end.</summary>
    private void OnFault(Exception exception)
    {
        _fault ??= exception;
        _failedBy = FailureSource.Proxy;
        _client.Abort(CloseReason.HandlerFailed, exception);
        _upstream?.Abort(CloseReason.HandlerFailed);
    }

    private void OnPeerChanged()
    {
        if (_dial is { } dial)
        {
            // FIN alone is no reason to give up: the client may have said all it has to say and wait for the answer.
            if (_client.Peer == PeerState.Reset)
            {
                // First hand the reservation over: giving up continues the root before it returns.
                _holdsReservation = false;
                dial.GiveUp();
            }
        }
        else if (_upstream is { } upstream && !_oneSideGone && (_client.Peer == PeerState.Reset || upstream.Peer == PeerState.Reset))
        {
            _oneSideGone = true;
            ScheduleIdleCheck();
        }
    }

    /// <inheritdoc/>
    protected override void OnTimer()
    {
        if (IdleMillisecondsLeft() > 0)
        {
            ScheduleIdleCheck();
            return;
        }

        var reason = _oneSideGone ? CloseReason.OtherSideAborted : CloseReason.IdleTimeout;
        if (_oneSideGone)
        {
            NoteFailure(_client.Peer == PeerState.Reset, CloseReason.PeerReset);
        }
        else
        {
            NoteFailure(client: true, reason);
        }

        _client.Abort(reason);
        Upstream.Abort(reason);
    }

    // Lazily re-armed: moving bytes only stores the time, and the timer looks at it when it fires.
    private void ScheduleIdleCheck() =>
        Schedule(_client.Loop, TimeSpan.FromMilliseconds(Math.Max(IdleMillisecondsLeft(), 0)));

    private long IdleMillisecondsLeft()
    {
        var limit = _oneSideGone ? Math.Min(DeliveryMilliseconds, _proxy.IdleMilliseconds) : _proxy.IdleMilliseconds;
        return _lastActivity + limit - _client.Loop.Now;
    }

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

    // None: a send found the peer gone before the connection noticed why.
    private static bool IsPeersDoing(CloseReason reason) =>
        reason is CloseReason.PeerReset or CloseReason.NetworkError or CloseReason.None;

    private static CloseReason Passed(CloseReason reason) => IsPeersDoing(reason) ? CloseReason.OtherSideAborted : reason;
}
