using System;
using System.Net.Sockets;
using LbCore.Transport.Diagnostics;
using LbCore.Transport.Epoll;

namespace LbCore.Transport;

/// <summary>
/// Is what the acceptors of all engines share: places before accepts, the tiers of errors, pausing and resuming, the stop.
/// An engine adds the listening socket.
/// </summary>
internal abstract partial class LoopAcceptor : LoopTimer, IAcceptor
{
    // How long a stop takes at most. With arrivals kept away the backlog only shrinks, but where that cannot be done it may
    // be refilled for ever, and without descriptors it may not shrink.
    private const long MostStopMilliseconds = 2000;

    private readonly EventLoop _loop;
    private readonly LoopListener _listener;
    private long _stopDeadline;
    private bool _pending;

    protected LoopAcceptor(EventLoop loop, LoopListener listener)
    {
        _loop = loop;
        _listener = listener;
    }

    protected bool IsStopping { get; private set; }

    protected bool IsClosed { get; private set; }

    protected LoopListener Listener => _listener;

    public void Start() => _loop.Post(static state => ((LoopAcceptor)state!).Begin(), this);

    public void Resume() => _loop.Post(static state => ((LoopAcceptor)state!).ResumeNow(), this);

    public void Stop()
    {
        if (!_loop.Post(static state => ((LoopAcceptor)state!).BeginStop(), this))
        {
            CloseNow();
        }
    }

    public void CloseNow()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        SetPaused(false);
        Cancel();
        CloseSocket();
        if (!_pending)
        {
            _listener.OnAcceptorStopped();
        }
    }

    public override string ToString() => $"listener {TransportAddress.Format(_listener.EndPoint)}";

    /// <summary>Registers the listening socket with the loop. False when the system refuses.</summary>
    protected abstract bool TryOpen();

    /// <summary>Takes one connection, for which there is a place. After a success it has been passed to <see cref="Place"/>.</summary>
    protected abstract AcceptResult Accept(out SocketError error);

    /// <summary>Keeps new arrivals away, where that can be done.</summary>
    protected abstract void RefuseArrivals();

    protected abstract void CloseSocket();

    protected override void OnTimer()
    {
        if (!IsStopping)
        {
            ResumeNow();
        }
        else if (AcceptAll() || _loop.ReadClock() >= _stopDeadline)
        {
            CloseNow();
        }
        else if (!IsClosed)
        {
            Schedule(_loop, _loop.Options.StopGrace);
        }
    }

    /// <summary>Accepts until the backlog is empty. False when something else ended it, or the budget.</summary>
    protected bool AcceptAll()
    {
        var acceptsLeft = _loop.Options.OperationBudget;

        // In a stop the engine looks itself, whatever is pending: what waits at the last look must not be missed.
        while (!_paused && !IsClosed && (!_pending || IsStopping))
        {
            if (acceptsLeft-- == 0)
            {
                Queue();
                return false;
            }

            if (_nearLimit && !IsStopping && !HasRoom())
            {
                return false;
            }

            // A place first: a connection that has been accepted cannot go back to the backlog.
            if (!_listener.TryTakePlace())
            {
                Pause();
                return false;
            }

            var result = Accept(out var error);
            if (!GoesOn(result, error))
            {
                return result == AcceptResult.NothingWaits;
            }
        }

        return false;
    }

    /// <summary>Ends an accept that was pending, on the loop.</summary>
    protected void EndPending(AcceptResult result, SocketError error)
    {
        _pending = false;
        if (!IsClosed)
        {
            if (GoesOn(result, error))
            {
                AcceptAll();
            }

            return;
        }

        if (result != AcceptResult.Accepted)
        {
            _listener.LeavePlace();
        }

        // Closing waited for this accept, so that no connection comes after the listener has said that it stopped.
        _listener.OnAcceptorStopped();
    }

    /// <summary>Fills the place of an accepted connection, and picks its loop.</summary>
    protected EventLoop Place(int descriptor)
    {
        _listener.FillPlace();
        _nearLimit = DescriptorHeadroom.IsReached(descriptor);
        return _loop.Engine.LoopFor(_loop);
    }

    /// <summary>Sends an accepted connection to another loop.</summary>
    protected void HandOver(EventLoop target, Handover handover)
    {
        // Counted there from now on, or a burst would all go to the loop that has the fewest; and claiming a descriptor for
        // its backend, which it dials when that loop gets to it.
        target.ConnectionOpened();
        DescriptorHeadroom.Claim();
        if (!target.Post(new WorkItem(handover)))
        {
            DescriptorHeadroom.Yield();
            target.ConnectionClosed();
            handover.Drop();
            _listener.OnConnectionEnded();
        }
    }

    private void Begin()
    {
        if (IsClosed)
        {
            return;
        }

        if (_loop.IsStopping)
        {
            CloseNow();
        }
        else if (!TryOpen())
        {
            TransportLog.AcceptStopped(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), "no memory for epoll");
            CloseNow();
        }
    }

    private void BeginStop()
    {
        if (IsClosed)
        {
            return;
        }

        IsStopping = true;
        _stopDeadline = _loop.ReadClock() + MostStopMilliseconds;
        SetPaused(false);
        RefuseArrivals();
        if (AcceptAll() && _loop.Options.StopGrace == TimeSpan.Zero)
        {
            CloseNow();
        }
        else if (!IsClosed)
        {
            Schedule(_loop, _loop.Options.StopGrace);
        }
    }

    /// <summary>Looks after the place, and sorts an error into its tier. True to go on accepting.</summary>
    private bool GoesOn(AcceptResult result, SocketError error)
    {
        if (result == AcceptResult.Pending)
        {
            _pending = true;
            return false;
        }

        if (result != AcceptResult.Accepted)
        {
            _listener.LeavePlace();
        }

        switch (result)
        {
            case AcceptResult.Gone:
                _loop.Engine.OnAcceptError();
                return true;
            case AcceptResult.Shortage:
                Rest(error);
                return false;
            case AcceptResult.Broken:
                TransportLog.AcceptStopped(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), error.ToString());
                CloseNow();
                _loop.Engine.OnListenerBroken(_listener.EndPoint, error);
                return false;
            default:
                return result == AcceptResult.Accepted;
        }
    }

    /// <summary>Is an accepted connection on its way to another loop.</summary>
    protected abstract class Handover(EventLoop target) : ILoopWorkItem
    {
        public void Execute()
        {
            // From now on the connection counts itself.
            target.ConnectionClosed();
            try
            {
                Adopt();
            }
            finally
            {
                // The connection counts by itself now, with the descriptor that its backend will take.
                DescriptorHeadroom.Yield();
            }
        }

        /// <summary>Serves it, on that loop.</summary>
        public abstract void Adopt();

        /// <summary>Closes it, because that loop has ended.</summary>
        public abstract void Drop();
    }
}
