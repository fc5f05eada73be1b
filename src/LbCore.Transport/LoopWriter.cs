using System;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>
/// Is what the writers of all connections share: the protocol of calls, waiting and cancelling, and the chain of written
/// bytes. Where the bytes go is the derived writer's part.
/// </summary>
internal abstract class LoopWriter : PipeWriter, IValueTaskSource<FlushResult>, ILoopWorkItem, PendingCancellation.ICancellationTarget
{
    private AwaitSlot _slot;
    private bool _queued;

    /// <summary>The bytes that were written and not sent. A field, to be used in place.</summary>
    private protected WrittenChain _written;

    private protected LoopWriter(TransportConnection connection) => Connection = connection;

    public sealed override bool CanGetUnflushedBytes => true;

    public sealed override long UnflushedBytes => Unflushed;

    /// <summary>Gets how many bytes the peer's side has not taken from this writer yet: written, flushed or not.</summary>
    internal abstract long UnsentBytes { get; }

    protected TransportConnection Connection { get; }

    protected EventLoop Loop => Connection.OwnLoop;

    /// <summary>Gets or sets how many bytes were written and not flushed.</summary>
    protected int Unflushed { get; set; }

    /// <summary>Gets whether <see cref="Complete"/> has been called: nobody writes any more.</summary>
    protected bool IsCompleted { get; private set; }

    protected bool CancelRequested { get; private set; }

    protected bool IsWaiting => _slot.IsPending;

    /// <summary>Gets whether no flush is under way and a new one may begin.</summary>
    protected bool IsBetweenWrites => !IsCompleted && !_slot.IsBusy && !CancelRequested;

    /// <summary>Gets whether nothing that is written will reach the peer any more.</summary>
    protected abstract bool IsBroken { get; }

    public sealed override Memory<byte> GetMemory(int sizeHint = 0)
    {
        BeginWrite();
        MakeRoom(sizeHint);
        return _written.Room;
    }

    public sealed override Span<byte> GetSpan(int sizeHint = 0)
    {
        BeginWrite();
        MakeRoom(sizeHint);
        return _written.RoomSpan;
    }

    public sealed override void Advance(int bytes)
    {
        _written.Advance(bytes);
        Unflushed = checked(Unflushed + bytes);
    }

    public sealed override void CancelPendingFlush()
    {
        if (!Loop.InLoop)
        {
            Loop.Post(static state => ((LoopWriter)state!).CancelPendingFlush(), this);
            return;
        }

        CancelRequested = true;
        Queue();
    }

    public sealed override void Complete(Exception? exception = null)
    {
        if (IsCompleted)
        {
            return;
        }

        Loop.AssertInLoop();
        IsCompleted = true;
        if (exception is not null)
        {
            Connection.Abort(CloseReason.Aborted, exception);
        }

        OnCompleted();
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        var canceledBy = _slot.CanceledBy;
        _slot.End(token);
        canceledBy.ThrowIfCancellationRequested();
        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _slot.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_slot.OnCompleted(continuation, state, token, flags))
        {
            Queue();
        }
    }

    void ILoopWorkItem.Execute()
    {
        _queued = false;
        if (_slot.IsPending && CancelRequested)
        {
            CompleteCanceled();
        }
        else if (_slot.IsBusy && !_slot.IsPending)
        {
            _slot.RunContinuation();
        }
        else
        {
            Resume();
        }
    }

    bool PendingCancellation.ICancellationTarget.IsWaitingFor(PendingCancellation cancellation) => _slot.IsWatching(cancellation);

    void PendingCancellation.ICancellationTarget.CompleteCanceled() => CompleteCanceled();

    public sealed override string? ToString() => Connection.ToString();

    /// <summary>Goes on sending, and completes the pending call when it is done. From the dispatch frame, or from the run queue.</summary>
    internal abstract void Resume();

    /// <summary>Sends what is left, and then the end. Runs once.</summary>
    protected abstract void OnCompleted();

    /// <summary>Takes over what the pending call has not sent: its caller may reuse the memory when it has been cancelled.</summary>
    protected virtual void OnCanceling()
    {
    }

    /// <summary>Prepares the chain for bytes of the caller.</summary>
    protected virtual void MakeRoom(int sizeHint) => _written.MakeRoom(Loop.Buffers, Owner, sizeHint);

    /// <summary>Gets who rents blocks, for the leak report.</summary>
    protected abstract string Owner { get; }

    /// <summary>Begins a flush or a write. True when the token has been cancelled already.</summary>
    protected bool BeginFlush(CancellationToken cancellationToken)
    {
        BeginWrite();
        if (_slot.IsBusy)
        {
            throw new InvalidOperationException("A write is pending already.");
        }

        return cancellationToken.IsCancellationRequested;
    }

    protected ValueTask<FlushResult> Wait(CancellationToken cancellationToken)
    {
        var version = _slot.Begin();
        if (cancellationToken.CanBeCanceled)
        {
            var cancellation = new PendingCancellation(Loop, this, cancellationToken);
            _slot.Watch(cancellation);
            cancellation.Register();
        }

        return new ValueTask<FlushResult>(this, version);
    }

    protected void SignalIfWaiting()
    {
        if (_slot.IsPending)
        {
            _slot.Signal();
        }
    }

    protected void Queue()
    {
        if (!_queued)
        {
            _queued = true;
            Loop.Enqueue(this);
        }
    }

    protected bool IsQueued => _queued;

    protected FlushResult TakeResult()
    {
        var canceled = CancelRequested;
        CancelRequested = false;
        return new FlushResult(canceled, IsBroken);
    }

    private void CompleteCanceled()
    {
        OnCanceling();
        _slot.Signal();
    }

    private void BeginWrite()
    {
        Loop.AssertInLoop();
        if (IsCompleted)
        {
            throw new InvalidOperationException("The writer has been completed.");
        }
    }
}
