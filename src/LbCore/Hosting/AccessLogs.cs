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

        try
        {
            var format = wanted.Format == AccessLogFormat.Json ? LineFormat.Json : LineFormat.Combined;
            return AccessLog.Open(wanted.Path, format, _engine.Loops.Count, wanted.BufferBytes, _time, _logger);
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
        _recorder.AccessLog = opened;
        _options = new AccessLogOptions { Path = options.Path, Format = options.Format, BufferBytes = options.BufferBytes };
        if (opened is not null)
        {
            RecordingLog.AccessLogOpened(_logger, options.Path!);
        }

        // A stop may have come between, and then it has not seen this one. The fence: one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (_stopped)
        {
            await StopAsync().ConfigureAwait(false);
        }

        if (replaced is not null)
        {
            await TurnAsync().ConfigureAwait(false);
            await replaced.StopAsync().ConfigureAwait(false);
        }
    }

    public void Reopen() => _recorder.AccessLog?.Reopen();

    /// <summary>Writes what waits and closes the file. After the loops have ended.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        Interlocked.MemoryBarrier();
        return _recorder.AccessLog?.StopAsync() ?? Task.CompletedTask;
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
