using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace LbCore.Transport;

/// <summary>Is the writer of a <see cref="StreamConnection"/>.</summary>
/// <remarks>
/// Bytes are copied into the loop's blocks, and one pump feeds them to the filter. So a cancelled flush leaves nothing
/// with the caller: what it had flushed goes on by itself, and the next flush waits for it.
/// </remarks>
internal sealed partial class StreamConnectionWriter : PipeWriter, IValueTaskSource<FlushResult>, ILoopWorkItem, PendingCancellation.ICancellationTarget
{
    private const string Owner = "filter writer";

    private readonly StreamConnection _connection;
    private readonly StreamConnectionSignal _demand = new();
    private AwaitSlot _slot;
    private bool _started;
    private bool _pumping;
    private bool _completed;
    private bool _endSent;
    private bool _cancelRequested;
    private bool _queued;

    public StreamConnectionWriter(StreamConnection connection) => _connection = connection;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>Gets whether bytes, or the mark of the end, have not been given to the inner connection yet.</summary>
    internal bool IsUnfinished => _pumping && !IsBroken;

    private EventLoop Loop => _connection.Loop;

    private bool IsBroken => _connection.CloseReason != CloseReason.None;

    private bool CanComplete => _cancelRequested || IsBroken || (!_pumping && _flushed == 0);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _tail!.Block.Memory[_end..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
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

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        BeginWrite();
        if (_slot.IsBusy)
        {
            throw new InvalidOperationException("A write is pending already.");
        }

        if (!source.IsEmpty)
        {
            this.Write(source.Span);
        }

        return FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
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

        _flushed += _unflushed;
        _unflushed = 0;
        if (IsBroken)
        {
            ReleaseAll();
        }
        else if (_flushed > 0)
        {
            Demand();
        }

        if (CanComplete)
        {
            return new ValueTask<FlushResult>(TakeResult());
        }

        var version = _slot.Begin();
        if (cancellationToken.CanBeCanceled)
        {
            var cancellation = new PendingCancellation(Loop, this, cancellationToken);
            _slot.Watch(cancellation);
            cancellation.Register();
        }

        return new ValueTask<FlushResult>(this, version);
    }

    public override void CancelPendingFlush()
    {
        if (!Loop.InLoop)
        {
            Loop.Post(static state => ((StreamConnectionWriter)state!).CancelPendingFlush(), this);
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
        if (exception is not null)
        {
            _connection.Abort(CloseReason.Aborted, exception);
        }

        _flushed += _unflushed;
        _unflushed = 0;
        Demand();
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
            SignalIfPossible();
        }
        else if (_slot.IsBusy)
        {
            _slot.RunContinuation();
        }
    }

    bool PendingCancellation.ICancellationTarget.IsWaitingFor(PendingCancellation cancellation) => _slot.IsWatching(cancellation);

    void PendingCancellation.ICancellationTarget.CompleteCanceled() => _slot.Signal();

    public override string ToString() => _connection.ToString();

    /// <summary>Ends the pump once it has done what it has begun, and drops the rest.</summary>
    internal void Stop()
    {
        ReleaseAll();
        _demand.Stop();
    }

    /// <summary>Wakes a pending flush after the connection was aborted. From the run queue.</summary>
    internal void OnAborted() => SignalIfPossible();

    private void Demand()
    {
        if (!_started)
        {
            _started = true;
            _ = PumpAsync();
        }

        if (!_pumping)
        {
            _demand.Set();
        }
    }

    private async Task PumpAsync()
    {
        while (await _demand.WaitAsync().ConfigureAwait(false))
        {
            _pumping = true;
            try
            {
                do
                {
                    await SendFlushedAsync().ConfigureAwait(false);
                }
                while (_flushed > 0 && !IsBroken);

                if (_completed && !_endSent)
                {
                    _endSent = true;
                    await SendEndAsync().ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                // Whatever a filter throws, it cannot go on; the connection keeps it as the cause.
                await _connection.ReturnToLoop();
                _connection.Fail(exception);
            }

            _pumping = false;
            if (_completed && !_endSent && !IsBroken)
            {
                // It was completed while the last bytes were on their way.
                _demand.Set();
            }

            if (!_queued)
            {
                SignalIfPossible();
            }
        }
    }

    private async ValueTask SendEndAsync()
    {
        if (_connection.Filter is SslStream { IsAuthenticated: true } tls && !IsBroken)
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
            await _connection.ReturnToLoop();
        }

        _connection.Inner.ShutdownSend();
    }

    private void SignalIfPossible()
    {
        if (_slot.IsPending && CanComplete)
        {
            _slot.Signal();
        }
    }

    private void BeginWrite()
    {
        Loop.AssertInLoop();
        if (_completed)
        {
            throw new InvalidOperationException("The writer has been completed.");
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

    private FlushResult TakeResult()
    {
        var canceled = _cancelRequested;
        _cancelRequested = false;
        return new FlushResult(canceled, IsBroken);
    }
}
