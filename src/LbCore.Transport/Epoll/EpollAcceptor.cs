using System;
using LbCore.Transport.Diagnostics;

namespace LbCore.Transport.Epoll;

/// <summary>Accepts on one loop, and hands a connection to another one, before its first read, where that evens them out.</summary>
internal sealed unsafe class EpollAcceptor : LoopTimer, IEpollSource, IAcceptor
{
    private const int AcceptFlags = Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;

    // How long accepting rests when the process is out of descriptors; a connection that ends resumes it sooner.
    private static readonly TimeSpan PauseTime = TimeSpan.FromMilliseconds(100);

    // A handshake that was under way when the stop began has this long to reach the backlog.
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(50);

    private static readonly Action<object?> RunQueued = static state => ((EpollAcceptor)state!).OnQueued();

    private const long PauseLogInterval = 1000;

    // The backlog of an IP listener only shrinks during a stop; that of a unix socket may be refilled for ever.
    private const long MostStopMilliseconds = 2000;

    private readonly EpollLoop _loop;
    private readonly LoopListener _listener;
    private readonly int _descriptor;
    private readonly bool _isUnix;
    private long _stopDeadline;
    private long _lastPauseLogged = -PauseLogInterval;
    private bool _queued;
    private bool _paused;
    private bool _nearLimit;
    private bool _stopping;
    private bool _closed;

    public EpollAcceptor(EpollLoop loop, LoopListener listener, int descriptor, bool isUnix)
    {
        _loop = loop;
        _listener = listener;
        _descriptor = descriptor;
        _isUnix = isUnix;
        Generation = uint.MaxValue;
    }

    public uint Generation { get; private set; }

    public void Start() => _loop.Post(static state => ((EpollAcceptor)state!).Register(), this);

    public void Resume() => _loop.Post(static state => ((EpollAcceptor)state!).ResumeNow(), this);

    public void Stop()
    {
        if (!_loop.Post(static state => ((EpollAcceptor)state!).BeginStop(), this))
        {
            CloseNow();
        }
    }

    public void OnEvents(uint events) => AcceptAll();

    public void CloseNow()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        SetPaused(false);
        Cancel();
        _loop.Close(_descriptor);
        _listener.OnAcceptorStopped();
    }

    public override string ToString() => $"listener {TransportAddress.Format(_listener.EndPoint)}";

    protected override void OnTimer()
    {
        if (_stopping)
        {
            AcceptAll();
            if (_queued && _loop.ReadClock() < _stopDeadline)
            {
                // The budget ended before the backlog did.
                Schedule(_loop, StopGrace);
                return;
            }

            CloseNow();
            return;
        }

        ResumeNow();
    }

    private void Register()
    {
        if (_closed)
        {
            return;
        }

        if (_loop.IsStopping)
        {
            CloseNow();
            return;
        }

        Generation = _loop.NextGeneration();
        if (!_loop.Add(_descriptor, this, Libc.EPOLLIN))
        {
            TransportLog.AcceptStopped(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), "no memory for epoll");
            CloseNow();
        }
    }

    private void ResumeNow()
    {
        if (_paused && !_closed)
        {
            SetPaused(false);
            Cancel();
            AcceptAll();
        }
    }

    private void BeginStop()
    {
        if (_closed)
        {
            return;
        }

        _stopping = true;
        _stopDeadline = _loop.ReadClock() + MostStopMilliseconds;
        SetPaused(false);
        if (!_isUnix)
        {
            RefuseArrivals();
        }

        AcceptAll();
        Schedule(_loop, StopGrace);
    }

    /// <summary>
    /// Lets the kernel drop every SYN to this socket, so that the backlog only shrinks: closing at once would reset those
    /// who wait in it. Who comes now tries again a second later and is refused, or finds the next process.
    /// </summary>
    private void RefuseArrivals()
    {
        // Classic BPF over the TCP header: drop when SYN is set in the flags (offset 13), else take all.
        var code = stackalloc Libc.FilterInstruction[4];
        code[0] = new Libc.FilterInstruction { Code = 0x30, Constant = 13 };
        code[1] = new Libc.FilterInstruction { Code = 0x45, JumpTrue = 0, JumpFalse = 1, Constant = 0x02 };
        code[2] = new Libc.FilterInstruction { Code = 0x06, Constant = 0 };
        code[3] = new Libc.FilterInstruction { Code = 0x06, Constant = uint.MaxValue };
        var program = new Libc.FilterProgram { Length = 4, Instructions = code };
        _ = Libc.SetSocketOption(_descriptor, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, &program, sizeof(Libc.FilterProgram));
    }

    private void AcceptAll()
    {
        var address = stackalloc byte[SocketAddress.MaxLength];
        var acceptsLeft = _loop.Options.OperationBudget;
        while (!_paused && !_closed)
        {
            if (acceptsLeft-- == 0)
            {
                Queue();
                return;
            }

            if (_nearLimit && !_stopping && !HasRoom())
            {
                return;
            }

            // A place first: a connection that has been accepted cannot go back to the backlog.
            if (!_listener.TryAdmit())
            {
                Pause();
                return;
            }

            var length = SocketAddress.MaxLength;
            var descriptor = Libc.Accept(_descriptor, address, &length, AcceptFlags);
            if (descriptor >= 0)
            {
                _nearLimit = DescriptorHeadroom.IsReached(descriptor);
                Place(descriptor, new PeerAddress(address, length));
            }
            else
            {
                var error = _loop.Error;
                _listener.OnConnectionEnded();
                if (!OnAcceptError(error))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Sorts an error into its tier. True to go on accepting.</summary>
    private bool OnAcceptError(int error)
    {
        switch (error)
        {
            case Libc.EAGAIN:
                return false;

            // Tier 1: this one connection was gone before we took it (accept(2) passes its network errors on).
            case Libc.EINTR or Libc.ECONNABORTED or Libc.EPROTO or Libc.ENETDOWN or Libc.EHOSTDOWN or Libc.EHOSTUNREACH or Libc.ENETUNREACH or Libc.ECONNRESET or Libc.ETIMEDOUT
                or Libc.EPERM or Libc.ENONET or Libc.ENOPROTOOPT or Libc.EOPNOTSUPP:
                _loop.Engine.OnAcceptError();
                return true;

            // Tier 2: we are out of something; what is open goes on, and arrivals wait in the backlog.
            case Libc.EMFILE or Libc.ENFILE or Libc.ENOBUFS or Libc.ENOMEM:
                if (!_stopping)
                {
                    Rest(error);
                }

                return false;

            // Tier 3: the listening socket itself is broken. A listener that ends quietly would look like a hang.
            default:
                TransportLog.AcceptStopped(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), EpollErrors.ToSocketError(error).ToString());
                CloseNow();
                _loop.Engine.OnListenerBroken(_listener.EndPoint, EpollErrors.ToSocketError(error));
                return false;
        }
    }

    private bool HasRoom()
    {
        _nearLimit = !DescriptorHeadroom.IsFree();
        if (_nearLimit)
        {
            Rest(Libc.EMFILE);
        }

        return !_nearLimit;
    }

    private void Rest(int error)
    {
        LogPause(error);
        _loop.Engine.OnAcceptPaused();
        Pause();
        Schedule(_loop, PauseTime);
    }

    private void LogPause(int error)
    {
        // Each connection that ends tries again; one line a second says enough.
        var now = _loop.Now;
        if (now - _lastPauseLogged >= PauseLogInterval)
        {
            _lastPauseLogged = now;
            TransportLog.AcceptPaused(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), EpollErrors.ToSocketError(error));
        }
    }

    private void Place(int descriptor, in PeerAddress peer)
    {
        var target = (EpollLoop)_loop.Engine.LoopFor(_loop);
        if (ReferenceEquals(target, _loop))
        {
            Adopt(_loop, descriptor, peer);
            return;
        }

        target.ConnectionOpened();
        if (!target.Post(new WorkItem(new Handover(this, target, descriptor, peer))))
        {
            target.ConnectionClosed();
            _ = Libc.Close(descriptor);
            _listener.OnConnectionEnded();
        }
    }

    private void Adopt(EpollLoop loop, int descriptor, in PeerAddress peer)
    {
        var connection = new EpollConnection(loop, descriptor, peer, _isUnix);
        if (!loop.IsStopping && loop.Add(descriptor, connection))
        {
            _listener.Serve(connection);
            return;
        }

        connection.Abort(CloseReason.NetworkError);
        _listener.OnConnectionEnded();
    }

    private void Pause()
    {
        SetPaused(true);

        // A connection that ended between the look and the pause has not seen that anybody waits.
        if (!_listener.IsFull)
        {
            Queue();
        }
    }

    private void SetPaused(bool paused)
    {
        if (_paused == paused)
        {
            return;
        }

        _paused = paused;
        if (paused)
        {
            _listener.OnAcceptorPaused();
        }
        else
        {
            _listener.OnAcceptorResumed();
        }
    }

    private void Queue()
    {
        if (!_queued)
        {
            _queued = true;
            _loop.Post(new WorkItem(RunQueued, this));
        }
    }

    private void OnQueued()
    {
        _queued = false;
        if (_paused && !IsScheduled)
        {
            ResumeNow();
        }
        else if (!_closed)
        {
            AcceptAll();
        }
    }

    private sealed class Handover(EpollAcceptor acceptor, EpollLoop target, int descriptor, PeerAddress peer) : ILoopWorkItem
    {
        public void Execute()
        {
            // The place was counted when the connection was sent here; from now on the connection counts itself.
            target.ConnectionClosed();
            acceptor.Adopt(target, descriptor, peer);
        }
    }
}
