using System;
using System.Diagnostics;
using System.Threading;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>The idle connections of one loop to one backend, newest first. It is its own idle timer.</summary>
/// <remarks>
/// <para>
/// For its loop's thread, with no lock and nothing allocated once it has grown: places are reused. It takes a connection
/// that is at rest and watches it through its peer callback; one that the backend closes goes at once, and what the loop
/// has not heard of yet is checked again when it is rented. The newest goes out first, since the others then grow old
/// enough to be closed. Connections are closed here, on their own loop.
/// </para>
/// <para>
/// Whoever rents or dials holds a reservation, which counts what is in use. Idle connections count in
/// <see cref="BackendState.Idle"/>, exactly and never above <see cref="PoolLimits.MaxIdle"/>: without a free place
/// the oldest one here is closed, or else the one that comes back, and the loop with the most is asked to make room. So a
/// loop that needs its places gets them from one that once did.
/// </para>
/// <para>
/// <see cref="PoolLimits.MaxOpen"/> bounds in use and idle together, softly. A loop that finds nothing to rent while
/// the sum is above it asks a loop with idle ones to close some, and dials at once. To wait would cost a request the
/// other loop's turn, and buy nothing: the backend hears the FIN and the SYN of two connections in any order. So each
/// such dial adds one until it is answered; but nothing above the bound is kept, and once the messages have run the sum
/// is within it or nothing is idle. A hard bound on what is in use is the backend's own limit.
/// </para>
/// </remarks>
internal sealed class UpstreamPool : LoopTimer
{
    private static readonly Action<object?> Answer = static state => ((UpstreamPool)state!).OnAsked();

    private readonly BackendPools _backend;
    private readonly LoopPools _siblings;
    private IdleList _idle;
    private int _count;
    private int _roomAskedFor;
    private int _asked;
    private bool _closed;

    public UpstreamPool(BackendPools backend, LoopPools siblings)
    {
        _backend = backend;
        _siblings = siblings;
    }

    public EventLoop Loop => _siblings.Loop;

    /// <summary>Gets how many connections are idle here. Any thread; exact on the loop.</summary>
    public int Count => Volatile.Read(ref _count);

    private BackendState State => _backend.State;

    /// <summary>
    /// Takes the newest idle connection that can still be used. The caller holds a reservation; it dials when there is
    /// none. What comes from here has been used before: if it dies before a byte of a response, the request met a
    /// connection that was closing, which says nothing of the backend. A dialled one is fresh.
    /// </summary>
    /// <returns>The connection, at rest, or null.</returns>
    public TransportConnection? TryRent()
    {
        AssertInLoop();
        while (_idle.Newest is { } place)
        {
            var connection = Take(place);
            if (connection.IsAtRest())
            {
                return connection;
            }

            Dispose(connection);
        }

        AskIfTooManyOpen();
        return null;
    }

    /// <summary>
    /// Gives back a connection, rented or dialled, that is to be used again. It is closed if it is not at rest or there is
    /// no room. The caller's reservation is still held, and released after this.
    /// </summary>
    public void Return(TransportConnection connection)
    {
        AssertInLoop();
        Debug.Assert(ReferenceEquals(connection.Loop, Loop), "A connection stays on its loop.");
        Debug.Assert(!_idle.Holds(connection), "It has been given back already.");
        if (_closed || !connection.IsAtRest() || !TryTakePlace())
        {
            Dispose(connection);
            return;
        }

        _idle.Add(connection, this);
        if (!IsScheduled)
        {
            Schedule(Loop, _backend.Limits.IdleTimeout);
        }
    }

    /// <summary>Asks the pool's loop to close what is above the limits, and to make room for others. Any thread.</summary>
    /// <param name="room">How many free places the asker wants in the backend's total.</param>
    public void Ask(int room)
    {
        if (room > 0)
        {
            Interlocked.Add(ref _roomAskedFor, room);
        }

        // One message at a time; the exchange is a fence, so the answer sees what made us ask. A loop that has ended has
        // closed everything.
        if (Interlocked.Exchange(ref _asked, 1) == 0)
        {
            Loop.Post(Answer, this);
        }
    }

    /// <summary>Closes what is idle, and from now on whatever comes back.</summary>
    public void Close()
    {
        AssertInLoop();
        _closed = true;
        Cancel();
        while (TryCloseOldest())
        {
        }

        _idle.DropSpares();
    }

    /// <summary>Ends it for good: its backend is gone.</summary>
    public void Drop()
    {
        Close();
        _siblings.Remove(this);
    }

    public void OnPeerGone(IdleConnection place) => Dispose(Take(place));

    protected override void OnTimer() => CloseExpired();

    /// <summary>Closes those whose time is up. The timer is set for the oldest one, and not at all when there is none.</summary>
    private void CloseExpired()
    {
        var timeout = _backend.Limits.IdleTimeout;
        while (_idle.Oldest is { } oldest)
        {
            var left = timeout - TimeSpan.FromMilliseconds(Loop.Now - oldest.IdleSince);
            if (left > TimeSpan.Zero)
            {
                Schedule(Loop, left);
                return;
            }

            TryCloseOldest();
        }
    }

    /// <summary>Makes sure that one more fits and counts it, at the cost of the oldest one here.</summary>
    private bool TryTakePlace()
    {
        var limits = _backend.Limits;
        while (_count > limits.MaxIdlePerLoop && TryCloseOldest())
        {
        }

        if (_count < limits.MaxIdlePerLoop && TryAddOne(limits))
        {
            return true;
        }

        if (State.Idle >= limits.MaxIdle && _backend.Richest(this) is { } rich && rich.Count > _count)
        {
            rich.Ask(room: 1);
        }

        while (_idle.Oldest is { } oldest)
        {
            // This one's place in the totals passes to the newcomer before it is closed. Were it given back first, another
            // loop could take it, or one that wakes up to make room would find that there is some.
            if (State.Idle <= limits.MaxIdle && State.Open - 1 <= limits.MaxOpen)
            {
                Dispose(_idle.Remove(oldest));
                return true;
            }

            TryCloseOldest();
            if (TryAddOne(limits))
            {
                return true;
            }
        }

        AskIfTooManyOpen();
        return false;
    }

    private bool TryAddOne(PoolLimits limits)
    {
        // Seen by others before the total counts it: whoever finds the total too high must find who has them.
        var others = _count;
        Volatile.Write(ref _count, others + 1);
        if (State.TryAddIdle(limits.MaxIdle, limits.MaxOpen))
        {
            return true;
        }

        Volatile.Write(ref _count, others);
        return false;
    }

    private void OnAsked()
    {
        // First of all: whoever asks from here on posts again.
        Interlocked.Exchange(ref _asked, 0);
        var limits = _backend.Limits;
        CloseExpired();

        // Many may ask before this runs. Half of what is here is enough for a start; they ask again.
        var room = Math.Min(Interlocked.Exchange(ref _roomAskedFor, 0), (_count + 1) / 2);
        for (var target = limits.MaxIdle - room; room > 0 && State.Idle > target; room--)
        {
            TryCloseOldest();
        }

        while (_count > limits.MaxIdlePerLoop || State.Idle > limits.MaxIdle || State.Open > limits.MaxOpen)
        {
            if (!TryCloseOldest())
            {
                break;
            }
        }

        AskIfTooManyOpen();
    }

    /// <summary>Asks another loop to close idle ones if there are too many connections: here is none left to close.</summary>
    private void AskIfTooManyOpen()
    {
        if (State.Open > _backend.Limits.MaxOpen)
        {
            _backend.Richest(this)?.Ask(room: 0);
        }
    }

    private TransportConnection Take(IdleConnection place)
    {
        var connection = _idle.Remove(place);
        State.RemoveIdle();
        Volatile.Write(ref _count, _count - 1);
        return connection;
    }

    private bool TryCloseOldest()
    {
        if (_idle.Oldest is not { } oldest)
        {
            return false;
        }

        Dispose(Take(oldest));
        return true;
    }

    // On the loop a bare connection is closed by the time this returns; nobody waits for one that a filter still flushes.
    private static void Dispose(TransportConnection connection) => _ = connection.DisposeAsync().AsTask();

    [Conditional("DEBUG")]
    private void AssertInLoop() => Debug.Assert(Loop.InLoop, "A pool belongs to its loop.");
}
