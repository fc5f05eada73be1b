using System;
using System.Threading;
using LbCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LbCore.Recording.AccessLogging;

/// <summary>Says what goes wrong with the access log, at most once in ten seconds of each: an error for each line would be a flood.</summary>
internal sealed class WriterReport
{
    private const long Interval = 10_000;

    private readonly string _path;
    private readonly ILogger _logger;
    private long _failures;
    private long _reported;
    private long _nextFailure = long.MinValue;
    private long _nextDropped = long.MinValue;

    public WriterReport(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
    }

    /// <summary>Gets how many writes failed. Any thread.</summary>
    public long Failures => Volatile.Read(ref _failures);

    public void WriteFailed(string error)
    {
        Volatile.Write(ref _failures, _failures + 1);
        if (IsDue(ref _nextFailure))
        {
            Say(() => RecordingLog.AccessLogFailed(_logger, _path, error));
        }
    }

    /// <summary>Says how many lines have been lost since it was said last.</summary>
    public void LinesDropped(long dropped, bool isLast)
    {
        if (dropped > _reported && (isLast || IsDue(ref _nextDropped)))
        {
            var count = dropped - _reported;
            _reported = dropped;
            Say(() => RecordingLog.AccessLogDropped(_logger, _path, count));
        }
    }

    public void Reopened() => Say(() => RecordingLog.AccessLogReopened(_logger, _path));

    public void ReopenFailed(string error) => Say(() => RecordingLog.AccessLogReopenFailed(_logger, _path, error));

    private static void Say(Action write)
    {
        try
        {
            write();
        }
        catch (Exception)
        {
            // A logger that throws must not end the process from the writer's thread.
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
