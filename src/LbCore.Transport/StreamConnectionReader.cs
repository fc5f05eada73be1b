using System;
using System.IO;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace LbCore.Transport;

/// <summary>Is the reader of a <see cref="StreamConnection"/>.</summary>
/// <remarks>
/// One pump reads the filter, and only when somebody wants more. A cancelled read leaves the pump where it is, because
/// filters do not survive a cancelled read; the next read takes what it brings.
/// </remarks>
internal sealed partial class StreamConnectionReader : PipeReader, IValueTaskSource<ReadResult>, ILoopWorkItem, PendingCancellation.ICancellationTarget
{
    private const string Owner = "filter reader";

    private readonly StreamConnection _connection;
    private readonly StreamConnectionSignal _demand = new();
    private Exception? _error;
    private AwaitSlot _slot;
    private bool _started;
    private bool _pumping;
    private bool _reading;
    private bool _completed;
    private bool _endOfStream;
    private bool _cancelRequested;
    private bool _queued;

    public StreamConnectionReader(StreamConnection connection) => _connection = connection;

    private EventLoop Loop => _connection.Loop;

    private bool CanComplete => _cancelRequested || HasUnexamined || _endOfStream || _error is not null || IsFull;

    private bool IsFull => _buffered >= Loop.Options.MaxBufferedBytes;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
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
        else
        {
            Demand();
            if (CanComplete)
            {
                Loop.Spend(0);
                return new ValueTask<ReadResult>(TakeResult());
            }
        }

        var version = _slot.Begin();
        if (cancellationToken.CanBeCanceled)
        {
            var cancellation = new PendingCancellation(Loop, this, cancellationToken);
            _slot.Watch(cancellation);
            cancellation.Register();
        }

        return new ValueTask<ReadResult>(this, version);
    }

    public override bool TryRead(out ReadResult result)
    {
        BeginRead();

        // With the budget spent this says "not now": the ReadAsync that follows yields to the other connections.
        if (CanComplete && !Loop.BudgetSpent)
        {
            Loop.Spend(0);
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
        ReleaseTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        if (!Loop.InLoop)
        {
            Loop.Post(static state => ((StreamConnectionReader)state!).CancelPendingRead(), this);
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

        Loop.AssertInLoop();
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
        if (!_slot.IsPending)
        {
            if (_slot.IsBusy)
            {
                _slot.RunContinuation();
            }

            return;
        }

        // The demand may be met, and the read completed, before it returns.
        Demand();
        SignalIfPossible();
    }

    bool PendingCancellation.ICancellationTarget.IsWaitingFor(PendingCancellation cancellation) => _slot.IsWatching(cancellation);

    void PendingCancellation.ICancellationTarget.CompleteCanceled() => _slot.Signal();

    public override string ToString() => _connection.ToString();

    /// <summary>Ends the pump, and with it all reading.</summary>
    internal void Stop() => _demand.Stop();

    /// <summary>Makes reads fail from now on and wakes the pending one. From the run queue.</summary>
    internal void OnAborted(Exception error)
    {
        _error ??= error;
        SignalIfPossible();
    }

    private void Demand()
    {
        if (CanComplete || _pumping)
        {
            return;
        }

        if (!_started)
        {
            _started = true;
            _ = PumpAsync();
        }

        _demand.Set();
    }

    private async Task PumpAsync()
    {
        while (await _demand.WaitAsync().ConfigureAwait(false))
        {
            _pumping = true;
            try
            {
                await FillAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // Whatever a filter throws, it cannot go on; the reader gets it as the cause.
                await _connection.ReturnToLoop();
                _error ??= _connection.Fail(exception);
            }

            SignalIfPossible();
            _pumping = false;
            if (_slot.IsPending && !CanComplete)
            {
                _demand.Set();
            }
        }
    }

    private async ValueTask FillAsync()
    {
        if (_buffered == 0)
        {
            // Waits without holding a block; the bytes stay in the filter until the next read.
            await _connection.Filter.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            await _connection.ReturnToLoop();
            if (_completed)
            {
                return;
            }
        }

        var segment = MakeRoom();
        var from = _end;
        var count = 0;

        // The filter's own hold: whatever the reader releases meanwhile, nobody else gets this block.
        segment.Block.AddReference();
        try
        {
            count = await _connection.Filter.ReadAsync(segment.Block.Memory[from..]).ConfigureAwait(false);
        }
        finally
        {
            await _connection.ReturnToLoop();
            TakeFilled(segment, from, count);
        }

        if (count > 0)
        {
            return;
        }

        if (_connection.IsTruncated)
        {
            _error ??= new ConnectionAbortedException(
                CloseReason.PeerReset, new EndOfStreamException("The peer sent FIN without close_notify."));
        }
        else
        {
            _endOfStream = true;
        }
    }

    private void SignalIfPossible()
    {
        if (_slot.IsPending && !_queued && CanComplete)
        {
            Loop.Spend(0);
            _slot.Signal();
        }
    }

    private void BeginRead()
    {
        Loop.AssertInLoop();
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
        var canceled = _cancelRequested;
        _cancelRequested = false;
        if (!canceled && !HasUnexamined && !_endOfStream)
        {
            throw _error ?? new InvalidOperationException(
                $"The reader holds {_buffered} bytes that were examined and not consumed, and may hold no more. Consume some, or raise {nameof(TransportOptions.MaxBufferedBytes)}.");
        }

        _reading = !_completed;
        return new ReadResult(BufferedBytes(), canceled, _endOfStream);
    }
}
