using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Is a listener over all loops: it counts, limits and drains; an engine adds the acceptors.</summary>
internal sealed class LoopListener : TransportListener
{
    private readonly LoopEngine _engine;
    private readonly IConnectionHandler _handler;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _maxConnections;
    private IAcceptor[] _acceptors = [];
    private int _connections;
    private int _runningAcceptors;
    private int _stopRequested;
    private int _pausedAcceptors;
    private volatile bool _hasStopped;

    public LoopListener(LoopEngine engine, EndPoint endPoint, IConnectionHandler handler, int maxConnections)
    {
        _engine = engine;
        EndPoint = endPoint;
        _handler = handler;
        _maxConnections = maxConnections;
    }

    public override EndPoint EndPoint { get; }

    public override int Connections => Volatile.Read(ref _connections);

    public bool IsFull => Connections >= _maxConnections;

    public bool IsStopping => Volatile.Read(ref _stopRequested) != 0;

    public override async Task StopAcceptingAsync()
    {
        if (Interlocked.Exchange(ref _stopRequested, 1) == 0)
        {
            foreach (var acceptor in _acceptors)
            {
                acceptor.Stop();
            }
        }

        await _stopped.Task.ConfigureAwait(false);
    }

    public override async Task WhenDrainedAsync()
    {
        await StopAcceptingAsync().ConfigureAwait(false);
        await _drained.Task.ConfigureAwait(false);
    }

    public override void AbortConnections(CloseReason reason)
    {
        foreach (var loop in _engine.Loops)
        {
            loop.Post(static state =>
            {
                var (self, loop, reason) = ((LoopListener, EventLoop, CloseReason))state!;
                loop.AbortConnections(self, reason);
            }, (this, loop, reason));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await StopAcceptingAsync().ConfigureAwait(false);
        AbortConnections(CloseReason.Shutdown);
        await _drained.Task.ConfigureAwait(false);
    }

    public void Begin(IAcceptor[] acceptors)
    {
        _acceptors = acceptors;
        _runningAcceptors = acceptors.Length;
        foreach (var acceptor in acceptors)
        {
            acceptor.Start();
        }
    }

    /// <summary>Counts a connection before it is handed to its loop. False when the listener is full.</summary>
    public bool TryAdmit()
    {
        var current = Connections;
        while (current < _maxConnections || IsStopping)
        {
            var seen = Interlocked.CompareExchange(ref _connections, current + 1, current);
            if (seen == current)
            {
                return true;
            }

            current = seen;
        }

        return false;
    }

    /// <summary>Serves an admitted connection, on its loop.</summary>
    public void Serve(SocketConnection connection)
    {
        // An accept shares its dispatch with the handlers of the batch; each of them begins with a budget of its own.
        connection.OwnLoop.RenewBudget();
        _engine.OnAccepted();
        connection.Serve(_handler, this);
    }

    public void OnAcceptorPaused() => Interlocked.Increment(ref _pausedAcceptors);

    public void OnAcceptorResumed() => Interlocked.Decrement(ref _pausedAcceptors);

    public void OnAcceptorStopped()
    {
        if (Interlocked.Decrement(ref _runningAcceptors) == 0)
        {
            _engine.Remove(this);
            if (EndPoint is UnixDomainSocketEndPoint unix)
            {
                UnixSocketFile.Remove(unix);
            }

            _hasStopped = true;
            _stopped.TrySetResult();
            CheckDrained();
        }
    }

    /// <summary>Uncounts a connection that has ended or could not be served.</summary>
    public void OnConnectionEnded()
    {
        Interlocked.Decrement(ref _connections);
        if (Volatile.Read(ref _pausedAcceptors) > 0)
        {
            foreach (var acceptor in _acceptors)
            {
                acceptor.Resume();
            }
        }

        CheckDrained();
    }

    private void CheckDrained()
    {
        if (_hasStopped && Connections == 0)
        {
            _drained.TrySetResult();
        }
    }
}
