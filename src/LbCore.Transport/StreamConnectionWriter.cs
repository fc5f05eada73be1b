using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Is the writer of a <see cref="StreamConnection"/>.</summary>
/// <remarks>
/// Bytes are copied into the loop's blocks, and one pump feeds them to the filter. So a cancelled flush leaves nothing
/// with the caller: what it had flushed goes on by itself, and the next flush waits for it.
/// </remarks>
internal sealed class StreamConnectionWriter : LoopWriter
{
    private readonly StreamConnectionSignal _demand = new();
    private long _flushed;
    private bool _started;
    private bool _pumping;
    private bool _endSent;

    public StreamConnectionWriter(StreamConnection connection)
        : base(connection)
    {
    }

    /// <summary>Gets whether bytes, or the mark of the end, have not been given to the inner connection yet.</summary>
    internal bool IsUnfinished => _pumping && !IsBroken;

    internal override long UnsentBytes => _written.CountUnconsumed();

    protected override string Owner => "filter writer";

    protected override bool IsBroken => Connection.CloseReason != CloseReason.None;

    private StreamConnection Filtered => (StreamConnection)Connection;

    private bool CanComplete => CancelRequested || IsBroken || (!_pumping && _flushed == 0);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (BeginFlush(cancellationToken))
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        if (!source.IsEmpty)
        {
            this.Write(source.Span);
        }

        return FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (BeginFlush(cancellationToken))
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        _flushed += Unflushed;
        Unflushed = 0;
        if (IsBroken)
        {
            DropAll();
        }
        else if (_flushed > 0)
        {
            Demand();
        }

        return CanComplete ? new ValueTask<FlushResult>(TakeResult()) : Wait(cancellationToken);
    }

    internal override void Resume()
    {
        if (CanComplete)
        {
            SignalIfWaiting();
        }
    }

    /// <summary>Ends the pump once it has done what it has begun, and drops the rest.</summary>
    internal void Stop()
    {
        DropAll();
        _demand.Stop();
    }

    protected override void OnCompleted()
    {
        _flushed += Unflushed;
        Unflushed = 0;
        Demand();
    }

    // A block that the pump may finish with, and release, takes no more bytes.
    protected override void MakeRoom(int sizeHint) =>
        _written.MakeRoom(Loop.Buffers, Owner, sizeHint, sealTail: _pumping && Unflushed == 0);

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

                if (IsCompleted && !_endSent)
                {
                    _endSent = true;
                    await SendEndAsync().ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                // Whatever a filter throws, it cannot go on; the connection keeps it as the cause.
                await Filtered.ReturnToLoop();
                Filtered.Fail(exception);
            }

            _pumping = false;
            if (IsCompleted && !_endSent && !IsBroken)
            {
                // It was completed while the last bytes were on their way.
                _demand.Set();
            }

            if (!IsQueued)
            {
                Resume();
            }
        }
    }

    private async ValueTask SendFlushedAsync()
    {
        while (_flushed > 0 && _written.First is { } segment)
        {
            var unsent = _written.Unconsumed(segment);
            var count = (int)Math.Min(_flushed, unsent.Length);

            // The filter's own hold: the chain may be dropped while the filter still reads from it.
            segment.Block.AddReference();
            try
            {
                await Filtered.Filter.WriteAsync(unsent[..count]).ConfigureAwait(false);
            }
            finally
            {
                await Filtered.ReturnToLoop();
                segment.Block.Release();
            }

            if (ReferenceEquals(_written.First, segment))
            {
                _flushed -= count;
                _written.ConsumeFirst(count);
            }
        }

        await Filtered.Filter.FlushAsync().ConfigureAwait(false);
        await Filtered.ReturnToLoop();
    }

    private async ValueTask SendEndAsync()
    {
        if (Filtered.Filter is SslStream { IsAuthenticated: true } tls && !IsBroken)
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
            await Filtered.ReturnToLoop();
        }

        Filtered.Inner.ShutdownSend();
    }

    private void DropAll()
    {
        _written.ReleaseAll();
        _flushed = 0;
        Unflushed = 0;
    }
}
