using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Is a listener over all loops: it counts, limits and drains; an engine adds the acceptors.</summary>
internal sealed class LoopListener : TransportListener
{
    private const long OnePlace = 1L << 32;

    private readonly LoopEngine _engine;
    private readonly IConnectionHandler _handler;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _maxConnections;
    private IAcceptor[] _acceptors = [];

    // Connections in the low half, places that accepts under way hold in the high one: in one word, so that nobody sees the
    // one without the other.
    private long _counts;
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

    public override int Connections => (int)Volatile.Read(ref _counts);

    public bool IsFull => Taken(Volatile.Read(ref _counts)) >= _maxConnections;

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

    /// <summary>Takes a place for a connection that is about to be accepted. False when the listener is full.</summary>
    public bool TryTakePlace()
    {
        var current = Volatile.Read(ref _counts);
        while (Taken(current) < _maxConnections || IsStopping)
        {
            var seen = Interlocked.CompareExchange(ref _counts, current + OnePlace, current);
            if (seen == current)
            {
                return true;
            }

            current = seen;
        }

        return false;
    }

    /// <summary>Turns a place into a connection, before that is handed to its loop.</summary>
    public void FillPlace() => Interlocked.Add(ref _counts, 1 - OnePlace);

    /// <summary>Gives back a place that no connection came for.</summary>
    public void LeavePlace()
    {
        // Only who found the listener full waits for this place.
        if (Taken(Interlocked.Add(ref _counts, -OnePlace)) + 1 >= _maxConnections)
        {
            ResumePaused();
        }
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
        Interlocked.Decrement(ref _counts);
        ResumePaused();
        CheckDrained();
    }

    private static long Taken(long counts) => (counts >> 32) + (int)counts;

    private void ResumePaused()
    {
        if (Volatile.Read(ref _pausedAcceptors) > 0)
        {
            foreach (var acceptor in _acceptors)
            {
                acceptor.Resume();
            }
        }
    }

    private void CheckDrained()
    {
        if (_hasStopped && Connections == 0)
        {
            _drained.TrySetResult();
        }
    }
}
