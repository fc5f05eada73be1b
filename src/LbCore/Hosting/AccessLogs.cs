using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Diagnostics;
using LbCore.Recording;
using LbCore.Recording.AccessLogging;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Hosting;

/// <summary>The access log of a load balancer that runs: opened with it, changed by a reload, stopped when the loops have ended.</summary>
internal sealed class AccessLogs
{
    /// <summary>How long loops may take to be done with a log that another one has replaced.</summary>
    private static readonly TimeSpan TurnGrace = TimeSpan.FromSeconds(1);

    private readonly TransportEngine _engine;
    private readonly IOutcomeRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private AccessLogOptions _options = new();
    private Task _turn = Task.CompletedTask;
    private int _reopens;
    private int _reopensSeen;
    private volatile bool _stopped;

    public AccessLogs(TransportEngine engine, IOutcomeRecorder recorder, TimeProvider time, ILogger logger)
    {
        _engine = engine;
        _recorder = recorder;
        _time = time;
        _logger = logger;
    }

    /// <summary>Opens what other options want, if that is another log than there is. It writes nothing before <see cref="ApplyAsync"/>.</summary>
    /// <exception cref="LbCoreConfigurationException">It cannot be opened.</exception>
    public AccessLog? Open(LbCoreOptions options)
    {
        var wanted = options.AccessLog;
        if (wanted.Path is null || wanted.IsSameAs(_options))
        {
            return null;
        }

        _reopensSeen = Volatile.Read(ref _reopens);
        try
        {
            var format = wanted.Format == AccessLogFormat.Json ? LineFormat.Json : LineFormat.Combined;
            var isStandardOutput = wanted.Path == AccessLogOptions.StandardOutput;
            return AccessLog.Open(wanted.Path, isStandardOutput, format, _engine.Loops.Count, wanted.BufferBytes, _time, _logger);
        }
        catch (IOException e)
        {
            var error = new ConfigurationError(
                "accessLog.path", $"'{wanted.Path}' cannot be opened: {e.Message}; write a file in a folder that is there and may be written to, or -");
            throw new LbCoreConfigurationException([options.Origin?.Place(error) ?? error]);
        }
    }

    /// <summary>Lets the options' log take the lines from now on, and ends the one before it.</summary>
    /// <param name="options">The options.</param>
    /// <param name="opened">What <see cref="Open"/> returned for them.</param>
    public async Task ApplyAsync(AccessLogOptions options, AccessLog? opened)
    {
        if (options.IsSameAs(_options))
        {
            return;
        }

        var replaced = _recorder.AccessLog;
        var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turn = turned.Task;
        _recorder.AccessLog = opened;
        var isSameFile = options.Path == _options.Path;
        _options = options.Copy();
        if (opened is not null)
        {
            RecordingLog.AccessLogOpened(_logger, options.Path!);
        }

        // A stop or a rotation may have come between, and then it has not seen this one. The fence: one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (_reopens != _reopensSeen)
        {
            opened?.Reopen();
        }

        try
        {
            await ReplaceAsync(replaced, opened, isSameFile).ConfigureAwait(false);
        }
        finally
        {
            turned.SetResult();
        }

        if (_stopped)
        {
            await StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Has the file opened again. A log that is about to take over is opened again, too: it may have the old file.</summary>
    public void Reopen()
    {
        Interlocked.Increment(ref _reopens);
        _recorder.AccessLog?.Reopen();
    }

    /// <summary>Writes what waits and closes the file. After the loops have ended.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        Interlocked.MemoryBarrier();
        await _turn.ConfigureAwait(false);
        await (_recorder.AccessLog?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>Ends a log and lets the next one write, whose lines wait meanwhile: two that write at once would mix theirs.</summary>
    private async Task ReplaceAsync(AccessLog? replaced, AccessLog? opened, bool isSameFile)
    {
        if (replaced is not null)
        {
            await TurnAsync().ConfigureAwait(false);
            await replaced.StopAsync().ConfigureAwait(false);
        }

        if (opened is null)
        {
            return;
        }

        if (replaced is null || !isSameFile)
        {
            opened.Begin();
        }
        else if (replaced.Ended.IsCompleted)
        {
            opened.Begin(replaced.EndedWithinLine);
        }
        else
        {
            // It hangs in a write to standard output. Nothing can be written there before that ends.
            _ = BeginAfterAsync(opened, replaced);
        }
    }

    private static async Task BeginAfterAsync(AccessLog opened, AccessLog replaced)
    {
        await replaced.Ended.ConfigureAwait(false);
        opened.Begin(replaced.EndedWithinLine);
    }

    /// <summary>Returns when every loop has ended what it was at, and with it the use of a log that was there before.</summary>
    private async Task TurnAsync()
    {
        foreach (var loop in _engine.Loops)
        {
            var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), turned))
            {
                await turned.Task.WaitAsync(TurnGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
