using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>
/// Is a connection's reader: receives straight into the loop's blocks and hands out the bytes where they lie. It holds a
/// block only while there are bytes in it.
/// </summary>
internal sealed partial class ConnectionReader : PipeReader, IValueTaskSource<ReadResult>, ILoopWorkItem, PendingCancellation.ICancellationTarget
{
    private const string Owner = "reader";

    // Below this much room a receive would come back in crumbs: move the few bytes that are left, or chain a block.
    private const int MinimumRoom = 4096;

    private readonly SocketConnection _connection;
    private BufferSegment? _head;
    private BufferSegment? _tail;
    private int _start;
    private int _end;
    private int _buffered;
    private int _examined;
    private AwaitSlot _slot;
    private bool _reading;
    private bool _completed;
    private bool _endOfStream;
    private bool _failed;
    private bool _cancelRequested;
    private bool _limitReached;
    private bool _queued;

    public ConnectionReader(SocketConnection connection) => _connection = connection;

    private bool HasUnexamined => _buffered > _examined;

    // A local abort ends reading at once; a reset by the peer comes after the bytes that came before it.
    private bool IsOver => _endOfStream || _failed || _connection.IsClosed;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        BeginRead();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        var loop = _connection.OwnLoop;
        if (!loop.BudgetSpent)
        {
            if (CanComplete())
            {
                loop.Spend(0);
                return new ValueTask<ReadResult>(TakeResult());
            }
        }
        else
        {
            Queue();
        }

        return Wait(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        BeginRead();

        // With the budget spent this says "not now": the ReadAsync that follows yields to the other connections.
        if (!_connection.OwnLoop.BudgetSpent && CanComplete())
        {
            _connection.OwnLoop.Spend(0);
            result = TakeResult();
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_completed)
        {
            throw new InvalidOperationException("The reader has been completed.");
        }

        if (!_reading)
        {
            throw new InvalidOperationException("AdvanceTo goes with a read: there is none to end.");
        }

        _reading = false;
        if (_head is null)
        {
            return;
        }

        // The usual end of a read: everything was consumed, in one block.
        if (ReferenceEquals(consumed.GetObject(), _tail) && consumed.GetInteger() == _end)
        {
            ReleaseAll();
            return;
        }

        var consumedBytes = OffsetOf(consumed, nameof(consumed));
        var examinedBytes = OffsetOf(examined, nameof(examined));
        if (examinedBytes < consumedBytes)
        {
            throw new InvalidOperationException("What is consumed has been examined: examined lies before consumed.");
        }

        if (consumedBytes == _buffered)
        {
            ReleaseAll();
            return;
        }

        ReleaseBefore(consumed);
        _buffered -= consumedBytes;
        _examined = examinedBytes - consumedBytes;
    }

    public override void CancelPendingRead()
    {
        if (!_connection.OwnLoop.InLoop)
        {
            _connection.OwnLoop.Post(static state => ((ConnectionReader)state!).CancelPendingRead(), this);
            return;
        }

        _cancelRequested = true;
        Queue();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _connection.OwnLoop.AssertInLoop();
        _completed = true;
        ReleaseAll();
        if (exception is not null)
        {
            _connection.Abort(CloseReason.Aborted, exception);
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
        if (_slot.IsPending)
        {
            CompleteIfPossible();
        }
        else if (_slot.IsBusy)
        {
            _slot.RunContinuation();
        }
    }

    bool PendingCancellation.ICancellationTarget.IsWaitingFor(PendingCancellation cancellation) => _slot.IsWatching(cancellation);

    void PendingCancellation.ICancellationTarget.CompleteCanceled() => _slot.Signal();

    public override string ToString() => _connection.ToString();

    /// <summary>Goes on after the engine has said that there may be bytes. From the dispatch frame.</summary>
    internal void OnReadable()
    {
        if (_slot.IsPending && !_queued)
        {
            CompleteIfPossible();
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

    private void BeginRead()
    {
        _connection.OwnLoop.AssertInLoop();
        if (_completed)
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
            var cancellation = new PendingCancellation(_connection.OwnLoop, this, cancellationToken);
            _slot.Watch(cancellation);
            cancellation.Register();
        }

        return new ValueTask<ReadResult>(this, version);
    }

    private void CompleteIfPossible()
    {
        if (CanComplete())
        {
            _connection.OwnLoop.Spend(0);
            _slot.Signal();
        }
    }

    private bool CanComplete() => _cancelRequested || HasUnexamined || IsOver || (_connection.Readable && Fill());

    private void Queue()
    {
        if (!_queued)
        {
            _queued = true;
            _connection.OwnLoop.Enqueue(this);
        }
    }

    private ReadResult TakeResult()
    {
        if (_limitReached)
        {
            _limitReached = false;
            throw new InvalidOperationException(
                $"The reader holds {_buffered} bytes that were examined and not consumed, and may hold no more. Consume some, or raise {nameof(TransportOptions.MaxBufferedBytes)}.");
        }

        var canceled = _cancelRequested;
        _cancelRequested = false;
        if (!canceled && !HasUnexamined && !_endOfStream && (_failed || _connection.IsClosed))
        {
            throw new ConnectionAbortedException(_connection.CloseReason, _connection.CloseException);
        }

        _reading = !_completed;
        var bytes = _head is null ? default : new ReadOnlySequence<byte>(_head, _start, _tail!, _end);
        return new ReadResult(bytes, canceled, _endOfStream);
    }
}
