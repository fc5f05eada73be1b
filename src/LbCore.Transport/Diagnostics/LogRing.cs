using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace LbCore.Transport.Diagnostics;

/// <summary>
/// Takes log entries from the loops without ever blocking them, bounded, and writes them from the thread pool. What does
/// not fit is dropped and counted.
/// </summary>
internal sealed class LogRing : ILogger, IAsyncDisposable
{
    private const int Capacity = 4096;

    private readonly ConcurrentQueue<Action<ILogger>> _entries = new();
    private readonly ILogger _target;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private int _writing;
    private long _dropped;
    private long _droppedReported;
    private volatile bool _disposed;

    public LogRing(ILogger target) => _target = target;

    public long Dropped => Interlocked.Read(ref _dropped);

    public bool IsEnabled(LogLevel logLevel) => _target.IsEnabled(logLevel);

    // Scopes live on the caller's stack and would be gone by the time of writing.
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        if (Interlocked.Increment(ref _count) > Capacity)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _entries.Enqueue(logger => logger.Log(logLevel, eventId, state, exception, formatter));
        if (Interlocked.Exchange(ref _writing, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static ring => ring.Write(), this, preferLocal: false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (Interlocked.Exchange(ref _writing, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static ring => ring.Write(), this, preferLocal: false);
        }

        await _drained.Task.ConfigureAwait(false);
    }

    private void Write()
    {
        do
        {
            while (_entries.TryDequeue(out var entry))
            {
                Interlocked.Decrement(ref _count);
                if (!TryWrite(entry))
                {
                    Interlocked.Increment(ref _dropped);
                }
            }

            ReportDropped();
            Interlocked.Exchange(ref _writing, 0);

            // A full fence, then the looks below: an entry that came after the last look saw _writing still set and started nobody.
        }
        while (!_entries.IsEmpty && Interlocked.Exchange(ref _writing, 1) == 0);

        if (_disposed && _entries.IsEmpty)
        {
            _drained.TrySetResult();
        }
    }

    private void ReportDropped()
    {
        var dropped = Dropped;
        if (dropped == _droppedReported)
        {
            return;
        }

        var count = dropped - _droppedReported;
        _droppedReported = dropped;
        TryWrite(logger => TransportLog.EntriesDropped(logger, count));
    }

    private bool TryWrite(Action<ILogger> entry)
    {
        try
        {
            entry(_target);
            return true;
        }
        catch (Exception)
        {
            // A logger that throws must not end the process from a thread-pool thread.
            return false;
        }
    }
}
