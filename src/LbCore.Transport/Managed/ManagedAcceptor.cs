using System;
using System.Net.Sockets;
using LbCore.Transport.Diagnostics;
using LbCore.Transport.Epoll;

namespace LbCore.Transport.Managed;

/// <summary>Accepts on one socket for all loops, and gives each connection to the loop that has the fewest.</summary>
internal sealed class ManagedAcceptor : LoopTimer, IAcceptor
{
    private const long PauseLogInterval = 1000;

    private static readonly TimeSpan PauseTime = TimeSpan.FromMilliseconds(100);

    private readonly ManagedLoop _loop;
    private readonly LoopListener _listener;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _accept = new();
    private long _lastPauseLogged = -PauseLogInterval;
    private bool _nearLimit;
    private bool _accepting;
    private bool _paused;
    private bool _stopping;
    private bool _closed;
    private bool _reported;

    public ManagedAcceptor(ManagedLoop loop, LoopListener listener, Socket socket)
    {
        _loop = loop;
        _listener = listener;
        _socket = socket;
        _accept.UserToken = this;
        _accept.Completed += static (_, args) =>
        {
            var self = (ManagedAcceptor)args.UserToken!;
            if (!self._loop.Post(static state => ((ManagedAcceptor)state!).OnAccepted(), self))
            {
                args.AcceptSocket?.Dispose();
                self._listener.OnAcceptorStopped();
            }
        };
    }

    public void Start() => _loop.Post(
        static state =>
        {
            var self = (ManagedAcceptor)state!;
            if (self._loop.IsStopping)
            {
                self.CloseNow();
                return;
            }

            self._loop.Add(self);
            self.AcceptNext();
        },
        this);

    public void Resume() => _loop.Post(static state => ((ManagedAcceptor)state!).ResumeNow(), this);

    public void Stop()
    {
        if (!_loop.Post(static state => ((ManagedAcceptor)state!).BeginStop(), this))
        {
            CloseNow();
        }
    }

    public void CloseNow()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        SetPaused(false);
        Cancel();
        _loop.Remove(this);
        _socket.Dispose();
        if (!_accepting)
        {
            _reported = true;
            _listener.OnAcceptorStopped();
        }
    }

    public override string ToString() => $"listener {TransportAddress.Format(_listener.EndPoint)}";

    protected override void OnTimer() => ResumeNow();

    private void AcceptNext()
    {
        if (_accepting || _paused || _closed || _stopping)
        {
            return;
        }

        if (_listener.IsFull)
        {
            SetPaused(true);
            if (!_listener.IsFull)
            {
                Resume();
            }

            return;
        }

        if (_nearLimit && !DescriptorHeadroom.IsFree())
        {
            Rest(SocketError.TooManyOpenSockets);
            return;
        }

        _nearLimit = false;
        _accepting = true;
        _accept.AcceptSocket = null;
        if (!_socket.AcceptAsync(_accept))
        {
            _loop.Post(static state => ((ManagedAcceptor)state!).OnAccepted(), this);
        }
    }

    private void OnAccepted()
    {
        _accepting = false;
        if (_accept.SocketError == SocketError.Success && _accept.AcceptSocket is { } socket)
        {
            _nearLimit = DescriptorHeadroom.IsReached((int)socket.Handle);
            Place(socket);
        }
        else if (!_closed)
        {
            OnAcceptError(_accept.SocketError);
        }

        if (_closed && !_reported)
        {
            // Closing waited for this accept, so that no connection comes after the listener has said that it stopped.
            _reported = true;
            _listener.OnAcceptorStopped();
        }

        AcceptNext();
    }

    private void OnAcceptError(SocketError error)
    {
        switch (error)
        {
            // Tier 1: this one connection was gone before we took it.
            case SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted or SocketError.TimedOut
                or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable:
                _loop.Engine.OnAcceptError();
                break;

            // Tier 2: we are out of something; what is open goes on, and arrivals wait in the backlog.
            case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable:
                Rest(error);
                break;

            // Tier 3: the listening socket itself is broken.
            default:
                TransportLog.AcceptStopped(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), error.ToString());
                CloseNow();
                _loop.Engine.OnListenerBroken(_listener.EndPoint, error);
                break;
        }
    }

    private void Rest(SocketError error)
    {
        // Each connection that ends tries again; one line a second says enough.
        if (_loop.Now - _lastPauseLogged >= PauseLogInterval)
        {
            _lastPauseLogged = _loop.Now;
            TransportLog.AcceptPaused(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), error);
        }

        _loop.Engine.OnAcceptPaused();
        SetPaused(true);
        Schedule(_loop, PauseTime);
    }

    private void BeginStop()
    {
        if (_closed)
        {
            return;
        }

        _stopping = true;
        SetPaused(false);

        // The socket is non-blocking: this takes what waits in the backlog and no more.
        while (true)
        {
            try
            {
                Place(_socket.Accept());
            }
            catch (SocketException)
            {
                break;
            }
        }

        CloseNow();
    }

    private void Place(Socket socket)
    {
        if (!_listener.TryAdmit())
        {
            socket.Dispose();
            return;
        }

        var target = (ManagedLoop)_loop.Engine.LoopFor(_loop);
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            try
            {
                socket.NoDelay = true;
            }
            catch (SocketException)
            {
                // Reset already; its first read says so.
            }
        }

        var adoption = new Adoption(_listener, target, socket);
        if (ReferenceEquals(target, _loop))
        {
            adoption.Execute();
        }
        else if (!target.Post(new WorkItem(adoption)))
        {
            socket.Dispose();
            _listener.OnConnectionEnded();
        }
    }

    private void ResumeNow()
    {
        if (_paused && !_closed)
        {
            SetPaused(false);
            Cancel();
            AcceptNext();
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

    private sealed class Adoption(LoopListener listener, ManagedLoop target, Socket socket) : ILoopWorkItem
    {
        public void Execute()
        {
            if (target.IsStopping)
            {
                socket.Dispose();
                listener.OnConnectionEnded();
                return;
            }

            var connection = new ManagedConnection(target, socket);
            connection.Begin();
            listener.Serve(connection);
        }
    }
}
