using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LbCore.Recording.AccessLogging;

/// <summary>
/// Says what goes wrong with the access log, at most once in ten seconds of each: an error for each line would be a flood.
/// For any thread, and it holds none up: loggers are somebody else's, and run on the pool, one after the other.
/// </summary>
internal sealed class WriterReport
{
    private const long Interval = 10_000;

    /// <summary>How much may wait for a logger that does not come back; what is beyond is not said.</summary>
    private const int MaxWaiting = 16;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Task _said = Task.CompletedTask;
    private int _waiting;
    private long _failures;
    private long _reported;
    private long _nextFailure = long.MinValue;
    private long _nextDropped = long.MinValue;

    public WriterReport(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
    }

    /// <summary>Gets how many writes failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    public void WriteFailed(string error)
    {
        Interlocked.Increment(ref _failures);
        lock (_gate)
        {
            if (IsDue(ref _nextFailure))
            {
                Say(() => RecordingLog.AccessLogFailed(_logger, _path, error));
            }
        }
    }

    /// <summary>Says how many lines have been lost since it was said last.</summary>
    public void LinesDropped(long dropped, bool isLast)
    {
        lock (_gate)
        {
            if (dropped > _reported && (isLast || IsDue(ref _nextDropped)))
            {
                var count = dropped - _reported;
                _reported = dropped;
                Say(() => RecordingLog.AccessLogDropped(_logger, _path, count));
            }
        }
    }

    public void Reopened()
    {
        lock (_gate)
        {
            Say(() => RecordingLog.AccessLogReopened(_logger, _path));
        }
    }

    public void ReopenFailed(string error)
    {
        lock (_gate)
        {
            Say(() => RecordingLog.AccessLogReopenFailed(_logger, _path, error));
        }
    }

    /// <summary>Returns when all has been said.</summary>
    public Task WhenSaidAsync()
    {
        lock (_gate)
        {
            return _said;
        }
    }

    private void Say(Action write)
    {
        if (_waiting == MaxWaiting)
        {
            return;
        }

        _waiting++;
        _said = _said.ContinueWith(
            _ => Run(write), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Run(Action write)
    {
        try
        {
            write();
        }
        catch (Exception)
        {
            // A logger that throws costs what it was told, and nothing else.
        }

        lock (_gate)
        {
            _waiting--;
        }
    }

    private static bool IsDue(ref long next)
    {
        var now = Environment.TickCount64;
        if (now < next)
        {
            return false;
        }

        next = now + Interval;
        return true;
    }
}
