using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport.Managed;

/// <summary>Runs a loop whose completions come from System.Net.Sockets and are posted to it.</summary>
internal sealed class ManagedLoop : EventLoop
{
    private readonly HashSet<ManagedConnection> _connections = [];
    private readonly HashSet<ManagedDial> _dials = [];
    private readonly HashSet<ManagedAcceptor> _acceptors = [];
    private readonly UnreadWatch _unreadWatch;
    private readonly SemaphoreSlim _wake = new(0);

    public ManagedLoop(LoopEngine engine, int index, TransportOptions options)
        : base(engine, index, options) => _unreadWatch = new UnreadWatch(this);

    public override ValueTask<DialResult> DialAsync(EndPoint endPoint, DialOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(endPoint);
        AssertInLoop();
        if (IsStopping)
        {
            return new ValueTask<DialResult>(new DialResult(DialStatus.Canceled, SocketError.OperationAborted));
        }

        var dial = new ManagedDial(this, endPoint, options);
        return dial.StartAsync();
    }

    public void Add(ManagedConnection connection)
    {
        _connections.Add(connection);
        ConnectionOpened();
    }

    public void Remove(ManagedConnection connection) => _connections.Remove(connection);

    public void Add(ManagedDial dial) => _dials.Add(dial);

    public void Remove(ManagedDial dial) => _dials.Remove(dial);

    public void Add(ManagedAcceptor acceptor) => _acceptors.Add(acceptor);

    public void Remove(ManagedAcceptor acceptor) => _acceptors.Remove(acceptor);

    /// <summary>Begins to look, now and then, at connections whose bytes nobody reads.</summary>
    public void WatchUnread() => _unreadWatch.EnsureRunning();

    internal override void AbortConnections(LoopListener? listener, CloseReason reason)
    {
        foreach (var connection in new List<ManagedConnection>(_connections))
        {
            if (listener is null || ReferenceEquals(connection.Listener, listener))
            {
                connection.Abort(reason);
            }
        }
    }

    private protected override void Poll(int timeout)
    {
        // Nothing is dispatched here: completions come through the inbox. This is only the loop's sleep.
        if (timeout != 0)
        {
            _wake.Wait(timeout);
        }
    }

    private protected override void Wake() => _wake.Release();

    private protected override void OnStarting()
    {
    }

    private protected override void OnStopping()
    {
        foreach (var acceptor in new List<ManagedAcceptor>(_acceptors))
        {
            acceptor.CloseNow();
        }

        foreach (var dial in new List<ManagedDial>(_dials))
        {
            dial.CancelNow();
        }

        AbortConnections(null, CloseReason.Shutdown);
    }

    private protected override void OnEnded()
    {
    }

    private sealed class UnreadWatch(ManagedLoop loop) : LoopTimer
    {
        private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

        public void EnsureRunning()
        {
            if (!IsScheduled && !loop.IsStopping)
            {
                Schedule(loop, Period);
            }
        }

        protected override void OnTimer()
        {
            var again = false;
            foreach (var connection in new List<ManagedConnection>(loop._connections))
            {
                again |= connection.Readable && connection.LookBehindUnread();
            }

            if (again)
            {
                Schedule(loop, Period);
            }
        }
    }
}
