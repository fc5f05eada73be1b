using System;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>
/// Is what the readers of all connections share: the protocol of calls, waiting and cancelling, and the chain of received
/// bytes. Where the bytes come from is the derived reader's part.
/// </summary>
internal abstract class LoopReader : PipeReader, IValueTaskSource<ReadResult>, ILoopWorkItem, PendingCancellation.ICancellationTarget
{
    private AwaitSlot _slot;
    private bool _reading;
    private bool _cancelRequested;
    private bool _queued;

    /// <summary>The bytes that were received and not consumed. A field, to be used in place.</summary>
    private protected ReceivedChain _received;

    private protected LoopReader(TransportConnection connection) => Connection = connection;

    protected TransportConnection Connection { get; }

    protected EventLoop Loop => Connection.OwnLoop;

    /// <summary>Gets whether <see cref="Complete"/> has been called: nobody reads any more.</summary>
    protected bool IsCompleted { get; private set; }

    /// <summary>Gets or sets whether the peer has ended the stream, and everything before that has been received.</summary>
    protected bool EndOfStream { get; set; }

    protected bool IsWaiting => _slot.IsPending;

    /// <summary>Gets whether no read is under way and a new one may begin.</summary>
    protected bool IsBetweenReads => !IsCompleted && !_reading && !_slot.IsBusy && !_cancelRequested;

    /// <summary>Gets whether a read can complete with what is known already.</summary>
    protected bool HasResult => _cancelRequested || _received.HasUnexamined || EndOfStream;

    protected bool IsFull => _received.Buffered >= Loop.Options.MaxBufferedBytes;

    public sealed override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        BeginRead();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        if (Loop.BudgetSpent)
        {
            Queue();
        }
        else if (TryReceive())
        {
            Loop.Spend(0);
            return new ValueTask<ReadResult>(TakeResult());
        }

        return Wait(cancellationToken);
    }

    public sealed override bool TryRead(out ReadResult result)
    {
        BeginRead();

        // With the budget spent this says "not now": the ReadAsync that follows yields to the other connections.
        if (!Loop.BudgetSpent && TryReceive())
        {
            Loop.Spend(0);
            result = TakeResult();
            return true;
        }

        result = default;
        return false;
    }

    public sealed override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public sealed override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (IsCompleted)
        {
            throw new InvalidOperationException("The reader has been completed.");
        }

        if (!_reading)
        {
            throw new InvalidOperationException("AdvanceTo goes with a read: there is none to end.");
        }

        _reading = false;
        _received.AdvanceTo(consumed, examined);
    }

    public sealed override void CancelPendingRead()
    {
        if (!Loop.InLoop)
        {
            Loop.Post(static state => ((LoopReader)state!).CancelPendingRead(), this);
            return;
        }

        _cancelRequested = true;
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
        _received.ReleaseAll();
        if (exception is not null)
        {
            Connection.Abort(CloseReason.Aborted, exception);
        }

        if (_slot.IsPending)
        {
            _cancelRequested = true;
            Queue();
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        var canceledBy = _slot.CanceledBy;
        _slot.End(token);
        canceledBy.ThrowIfCancellationRequested();
        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _slot.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_slot.OnCompleted(continuation, state, token, flags))
        {
            Queue();
        }
    }

    void ILoopWorkItem.Execute()
    {
        _queued = false;
        if (!_slot.IsPending)
        {
            if (_slot.IsBusy)
            {
                _slot.RunContinuation();
            }

            return;
        }

        Resume();
    }

    bool PendingCancellation.ICancellationTarget.IsWaitingFor(PendingCancellation cancellation) => _slot.IsWatching(cancellation);

    void PendingCancellation.ICancellationTarget.CompleteCanceled() => _slot.Signal();

    public sealed override string? ToString() => Connection.ToString();

    /// <summary>Completes the pending read if it can be. From the dispatch frame, or from the run queue.</summary>
    internal void Resume()
    {
        // Receiving may itself complete the read, before it returns.
        if (_slot.IsPending && !_queued && TryReceive() && _slot.IsPending)
        {
            Signal();
        }
    }

    /// <summary>Wakes a pending read from the run queue, after the connection has ended.</summary>
    internal void WakeForClose()
    {
        if (_slot.IsPending)
        {
            Queue();
        }
    }

    /// <summary>Receives, or asks for it, unless a read can complete already. True when it can.</summary>
    protected abstract bool TryReceive();

    /// <summary>Makes the error of a read that completes without bytes, end or cancellation; null when the chain is full.</summary>
    protected abstract Exception? Failure();

    /// <summary>Completes the pending read with what has been received, unless it is queued for that already.</summary>
    protected void SignalUnlessQueued()
    {
        if (_slot.IsPending && !_queued)
        {
            Signal();
        }
    }

    private void Signal()
    {
        Loop.Spend(0);
        _slot.Signal();
    }

    private void BeginRead()
    {
        Loop.AssertInLoop();
        if (IsCompleted)
        {
            throw new InvalidOperationException("The reader has been completed.");
        }

        if (_slot.IsBusy)
        {
            throw new InvalidOperationException("A read is pending already.");
        }

        if (_reading)
        {
            throw new InvalidOperationException("The last read has not been ended: call AdvanceTo first.");
        }
    }

    private ValueTask<ReadResult> Wait(CancellationToken cancellationToken)
    {
        var version = _slot.Begin();
        if (cancellationToken.CanBeCanceled)
        {
            var cancellation = new PendingCancellation(Loop, this, cancellationToken);
            _slot.Watch(cancellation);
            cancellation.Register();
        }

        return new ValueTask<ReadResult>(this, version);
    }

    private void Queue()
    {
        if (!_queued)
        {
            _queued = true;
            Loop.Enqueue(this);
        }
    }

    private ReadResult TakeResult()
    {
        if (!HasResult)
        {
            throw Failure() ?? new InvalidOperationException(
                $"The reader holds {_received.Buffered} bytes that were examined and not consumed, and may hold no more. Consume some, or raise {nameof(TransportOptions.MaxBufferedBytes)}.");
        }

        var canceled = _cancelRequested;
        _cancelRequested = false;
        _reading = !IsCompleted;
        return new ReadResult(_received.Bytes, canceled, EndOfStream);
    }
}
