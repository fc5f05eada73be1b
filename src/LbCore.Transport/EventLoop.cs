using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport.Buffers;
using LbCore.Transport.Diagnostics;

namespace LbCore.Transport;

/// <summary>
/// Represents one thread with its own descriptors, timers and buffers. A connection lives and dies on one loop, and
/// everything that concerns it runs there, one piece at a time.
/// </summary>
/// <remarks>
/// Code on a loop must not block. After awaiting anything that is not the loop's it returns with
/// <c>await loop.SwitchTo()</c>. Members are for the loop's own thread unless they say otherwise.
/// </remarks>
public abstract class EventLoop
{
    private const int MaxInboxItemsPerTurn = 1024;

    // What is left after a stop may post more; a bound keeps a callback that posts itself from holding the process.
    private const int MaxTurnsAfterStop = 1000;

    private readonly ConcurrentQueue<WorkItem> _inbox = new();
    private readonly RunQueue _runQueue = new();
    private readonly TimeProvider _time;
    private readonly bool _systemClock;
    private readonly long _clockStart;
    private readonly int _operationBudget;
    private readonly int _byteBudget;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threadId;
    private int _sleeping;
    private int _posting;
    private int _openConnections;
    private volatile bool _stopRequested;
    private volatile bool _hasEnded;

    internal EventLoop(LoopEngine engine, int index, TransportOptions options)
    {
        Engine = engine;
        Index = index;
        Options = options;
        _time = options.TimeProvider;
        _systemClock = ReferenceEquals(_time, TimeProvider.System);
        _clockStart = _systemClock ? Environment.TickCount64 : _time.GetTimestamp();
        _operationBudget = options.OperationBudget;
        _byteBudget = options.ByteBudget;
        Now = ReadClock();
        Timers = new TimerWheel(this, Now);
        Buffers = new BufferPool(this, options.PoisonBuffers);
    }

    /// <summary>Gets the loop's number, from 0. Any thread.</summary>
    public int Index { get; }

    /// <summary>Gets whether the caller runs on this loop's thread. Any thread.</summary>
    public bool InLoop => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>Gets the loop's coarse clock in milliseconds: monotonic, read once a turn, from an arbitrary start.</summary>
    public long Now { get; private set; }

    /// <summary>Gets how many connections live on the loop. Any thread; exact on the loop.</summary>
    public int OpenConnections => Volatile.Read(ref _openConnections);

    internal LoopEngine Engine { get; }

    internal TransportOptions Options { get; }

    internal TimerWheel Timers { get; }

    internal BufferPool Buffers { get; }

    internal Task Ended => _ended.Task;

    internal bool HasEnded => _hasEnded;

    internal bool IsStopping => _stopRequested;

    /// <summary>Gets the count of dispatches begun, for the watchdog: it does not move while one dispatch holds the loop.</summary>
    internal long Dispatches { get; private set; }

    /// <summary>Gets what the loop works on, for the watchdog; null between dispatches.</summary>
    internal object? Subject { get; private set; }

    internal int PendingDials { get; set; }

    internal int OperationsLeft { get; set; }

    internal int BytesLeft { get; set; }

    internal bool BudgetSpent => OperationsLeft <= 0 || BytesLeft <= 0;

    /// <summary>
    /// Runs a callback from the loop's run queue. Any thread. The callback must not block; what it throws is logged.
    /// </summary>
    /// <returns>False when the loop has ended: the callback will not run.</returns>
    public bool Post(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Post(new WorkItem(callback, state));
    }

    /// <summary>Returns an awaitable that continues on this loop; completed at once when already there. Any thread.</summary>
    public LoopSwitch SwitchTo() => new(this);

    /// <summary>
    /// Rents memory of the loop for bytes that outlive the buffer that they came in: 2, 4 or 16 KiB
    /// when that is enough. A pending send holds it beyond its return. What is in it is what its last user left.
    /// </summary>
    /// <param name="minimumLength">0 or more.</param>
    public LoopBuffer RentBuffer(int minimumLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minimumLength);
        return new LoopBuffer(Buffers.RentSmallest(minimumLength, nameof(LoopBuffer)));
    }

    /// <summary>Connects to a resolved address. Never throws for what the network does: the result says it.</summary>
    public abstract ValueTask<DialResult> DialAsync(EndPoint endPoint, DialOptions options);

    internal bool Post(in WorkItem item)
    {
        if (InLoop)
        {
            _runQueue.Enqueue(item);
            return true;
        }

        // Increment, then look: once the loop has set _hasEnded and seen zero posting, nothing can be added any more.
        Interlocked.Increment(ref _posting);
        if (_hasEnded)
        {
            Interlocked.Decrement(ref _posting);
            return false;
        }

        _inbox.Enqueue(item);

        // The exchange is a full fence after the enqueue; the loop sets _sleeping, fences, then looks at the inbox. One of
        // the two sees the other, so no item waits beside a sleeping loop.
        if (Interlocked.CompareExchange(ref _sleeping, 0, 1) == 1)
        {
            Wake();
        }

        // Only after the wake: the loop's end waits for this, and then closes what the wake writes to.
        Interlocked.Decrement(ref _posting);
        return true;
    }

    internal void Enqueue(ILoopWorkItem item)
    {
        AssertInLoop();
        _runQueue.Enqueue(new WorkItem(item));
    }

    internal void ConnectionOpened() => Interlocked.Increment(ref _openConnections);

    internal void ConnectionClosed() => Interlocked.Decrement(ref _openConnections);

    internal void BeginDispatch(object subject)
    {
        Subject = subject;
        Dispatches++;
        RenewBudget();
    }

    internal void RenewBudget()
    {
        OperationsLeft = _operationBudget;
        BytesLeft = _byteBudget;
    }

    internal void EndDispatch() => Subject = null;

    internal void Spend(int bytes)
    {
        OperationsLeft--;
        BytesLeft -= bytes;
    }

    /// <summary>Reads the clock after a wait: events that follow it must not be dated from before it.</summary>
    private protected void RefreshClock() => Now = ReadClock();

    internal long ReadClock() => _systemClock
        ? Environment.TickCount64 - _clockStart
        : (long)_time.GetElapsedTime(_clockStart).TotalMilliseconds;

    [Conditional("DEBUG")]
    internal void AssertInLoop() => Debug.Assert(InLoop || _hasEnded, "This member belongs to the connection's loop: await loop.SwitchTo() first.");

    internal void Start()
    {
        // 512 KiB is ample: the dispatch depth is one, and awaits that complete at once do not nest.
        var thread = new Thread(Run, 512 * 1024) { IsBackground = true, Name = $"lbcore-loop-{Index}" };
        thread.UnsafeStart();
    }

    internal void RequestStop()
    {
        _stopRequested = true;
        Post(static _ => { }, null);
    }

    /// <summary>Waits for events for at most the given milliseconds (-1: no limit) and dispatches them.</summary>
    private protected abstract void Poll(int timeout);

    /// <summary>Ends a wait in <see cref="Poll"/>. Called from other threads.</summary>
    private protected abstract void Wake();

    /// <summary>Prepares the engine's part on the loop's thread.</summary>
    private protected abstract void OnStarting();

    /// <summary>Aborts connections, dials and acceptors on the loop's thread.</summary>
    private protected abstract void OnStopping();

    /// <summary>Releases the engine's part on the loop's thread; nothing runs after it.</summary>
    private protected abstract void OnEnded();

    internal abstract void AbortConnections(LoopListener? listener, CloseReason reason);

    private void Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        Exception? failure = null;
        try
        {
            OnStarting();
            while (!_stopRequested)
            {
                Turn(mayWait: true);
            }
        }
        catch (Exception e)
        {
            // Point 12 of the contract: a loop that dies ends the host; the engine hears of it below.
            failure = e;
        }

        try
        {
            Stop();
        }
        catch (Exception e)
        {
            failure ??= e;
        }

        if (failure is null)
        {
            _ended.SetResult();
        }
        else
        {
            TransportLog.LoopDied(Engine.LoopLogger, Index, failure);
            _ended.SetException(failure);
        }
    }

    private void Stop()
    {
        _stopRequested = true;
        OnStopping();
        for (var i = 0; i < MaxTurnsAfterStop && (_runQueue.Count > 0 || !_inbox.IsEmpty); i++)
        {
            Turn(mayWait: false);
        }

        _hasEnded = true;

        // The other half of the fence in Post: without it the read below may come before the write above is seen.
        Interlocked.MemoryBarrier();
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _posting) != 0)
        {
            spinner.SpinOnce();
        }

        for (var i = 0; i < MaxTurnsAfterStop && (_runQueue.Count > 0 || !_inbox.IsEmpty); i++)
        {
            Turn(mayWait: false);
        }

        OnEnded();
        Buffers.Trim(keep: 0);

        // From here nobody is on the loop: InLoop must be false even for a pooled thread that gets the same id later.
        _threadId = 0;
    }

    private void Turn(bool mayWait)
    {
        Now = ReadClock();
        for (var i = 0; i < MaxInboxItemsPerTurn && _inbox.TryDequeue(out var item); i++)
        {
            _runQueue.Enqueue(item);
        }

        // Only what is there now: what these items add waits for the next turn, so that I/O and timers are never starved.
        for (var count = _runQueue.Count; count > 0; count--)
        {
            Dispatch(_runQueue.Dequeue());
        }

        Timers.Advance(Now);
        if (!mayWait)
        {
            return;
        }

        Poll(PrepareToWait());
        Volatile.Write(ref _sleeping, 0);
    }

    private int PrepareToWait()
    {
        if (_runQueue.Count > 0 || _stopRequested)
        {
            return 0;
        }

        var timeout = Timers.MillisecondsToNext(Now);
        if (timeout == 0)
        {
            return 0;
        }

        Interlocked.Exchange(ref _sleeping, 1);
        return _inbox.IsEmpty ? timeout : 0;
    }

    private void Dispatch(in WorkItem item)
    {
        BeginDispatch(item.Subject);
        try
        {
            item.Execute();
        }
        catch (Exception e)
        {
            Engine.OnCallbackFailed(e);
        }

        EndDispatch();
    }
}
