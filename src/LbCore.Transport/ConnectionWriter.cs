using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>
/// Is a connection's writer. Bytes written through <see cref="GetMemory"/> lie in the loop's blocks until they are
/// flushed; bytes given to WriteAsync or SendAsync are sent from where they lie, in the same call as those before them.
/// </summary>
internal sealed partial class ConnectionWriter : PipeWriter, IValueTaskSource<FlushResult>, ILoopWorkItem, PendingCancellation.ICancellationTarget
{
    private const string Owner = "writer";

    private readonly SocketConnection _connection;
    private BufferSegment? _head;
    private BufferSegment? _tail;
    private int _start;
    private int _end;
    private int _unflushed;
    private WaitingBytes? _waiting;
    private AwaitSlot _slot;
    private bool _sending;
    private bool _completed;
    private bool _finSent;
    private bool _cancelRequested;
    private bool _queued;

    public ConnectionWriter(SocketConnection connection) => _connection = connection;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>Gets whether bytes that were written have not gone out.</summary>
    private bool HasUnsent => _head is not null || _waiting is not null;

    /// <summary>Gets whether bytes are left that the kernel has not taken.</summary>
    internal bool IsUnfinished => HasUnsent || _sending;

    private bool IsBroken => _connection.IsClosed || _connection.SendBroken;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        BeginWrite();
        MakeRoom(sizeHint);
        return _tail!.Block.Memory[_end..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        BeginWrite();
        MakeRoom(sizeHint);
        return _tail!.Block.GetSpan()[_end..];
    }

    public override void Advance(int bytes)
    {
        if (bytes < 0 || _tail is null || bytes > _tail.Block.Length - _end)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "More bytes than GetMemory or GetSpan gave.");
        }

        _end += bytes;
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Send(default, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Send(new ReadOnlySequence<byte>(source), cancellationToken);

    public ValueTask<FlushResult> Send(in ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        BeginWrite();
        if (_slot.IsBusy)
        {
            throw new InvalidOperationException("A write is pending already.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        // After a cancelled write, what was left of it lies before these bytes and may still be on its way.
        if (_cancelRequested)
        {
            Append(bytes);
            return new ValueTask<FlushResult>(TakeResult());
        }

        _unflushed = 0;
        var left = bytes;
        if (!_sending && TrySend(ref left))
        {
            return new ValueTask<FlushResult>(TakeResult());
        }

        if (!left.IsEmpty)
        {
            _waiting = WaitingBytes.Lease(left);
        }

        var version = _slot.Begin();
        if (cancellationToken.CanBeCanceled)
        {
            var cancellation = new PendingCancellation(_connection.OwnLoop, this, cancellationToken);
            _slot.Watch(cancellation);
            cancellation.Register();
        }

        return new ValueTask<FlushResult>(this, version);
    }

    public override void CancelPendingFlush()
    {
        if (!_connection.OwnLoop.InLoop)
        {
            _connection.OwnLoop.Post(static state => ((ConnectionWriter)state!).CancelPendingFlush(), this);
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
        if (exception is not null)
        {
            _connection.Abort(CloseReason.Aborted, exception);
        }

        _unflushed = 0;
        if (!_sending && !_slot.IsPending)
        {
            // Goes on by itself when the peer reads again; Dispose cuts it off.
            TrySendWaiting();
        }

        FinishIfDone();
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
        if (_slot.IsPending)
        {
            if (_cancelRequested)
            {
                CompleteCanceled();
                return;
            }

            OnWritable();
        }
        else if (_slot.IsBusy)
        {
            _slot.RunContinuation();
        }
        else
        {
            OnWritable();
        }
    }

    bool PendingCancellation.ICancellationTarget.IsWaitingFor(PendingCancellation cancellation) => _slot.IsWatching(cancellation);

    void PendingCancellation.ICancellationTarget.CompleteCanceled() => CompleteCanceled();

    public override string ToString() => _connection.ToString();

    /// <summary>Goes on after the engine has said that there may be room. From the dispatch frame.</summary>
    internal void OnWritable()
    {
        // A background send reads a copy: once the connection is closed nobody has to wait for it.
        if (_sending && !_connection.IsClosed)
        {
            return;
        }

        // Unflushed bytes wait for their flush, unless the writer is complete.
        if (!_slot.IsPending && !_completed)
        {
            return;
        }

        if (!TrySendWaiting())
        {
            return;
        }

        FinishIfDone();
        if (_slot.IsPending)
        {
            _slot.Signal();
        }
    }

    /// <summary>Goes on after an asynchronous send of the engine's has ended. From the run queue.</summary>
    internal void OnSent()
    {
        _sending = false;
        OnWritable();
    }

    /// <summary>Wakes a pending write from the run queue, after the connection has ended.</summary>
    internal void WakeForClose()
    {
        if (_slot.IsPending || _completed)
        {
            Queue();
        }
    }

    private void CompleteCanceled()
    {
        KeepWaiting();
        if (_completed)
        {
            // Nobody flushes any more: what is left goes out by itself.
            Queue();
        }

        _slot.Signal();
    }

    private void BeginWrite()
    {
        _connection.OwnLoop.AssertInLoop();
        if (_completed)
        {
            throw new InvalidOperationException("The writer has been completed.");
        }
    }

    private void FinishIfDone()
    {
        if (_completed && !_finSent && !HasUnsent && !_sending)
        {
            _finSent = true;
            if (!IsBroken)
            {
                _connection.SendFin();
            }
        }
    }

    private void Queue()
    {
        if (!_queued)
        {
            _queued = true;
            _connection.OwnLoop.Enqueue(this);
        }
    }

    private FlushResult TakeResult()
    {
        var canceled = _cancelRequested;
        _cancelRequested = false;
        return new FlushResult(canceled, IsBroken);
    }
}
