using System;
using System.Text;
using LbCore.Diagnostics;
using LbCore.Recording.AccessLogging;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Recording;

/// <summary>Counts every outcome and, when asked to, logs it and writes it to the access log.</summary>
internal sealed class OutcomeRecorder : IOutcomeRecorder
{
    private readonly ILogger _logger;
    private volatile AccessLog? _accessLog;

    /// <param name="loopLogger">A logger that never blocks a loop.</param>
    /// <param name="loops">The number of loops that report.</param>
    public OutcomeRecorder(ILogger loopLogger, int loops)
    {
        _logger = loopLogger;
        Requests = new RequestCounters(loops);
    }

    public AccessLog? AccessLog
    {
        get => _accessLog;
        set => _accessLog = value;
    }

    public OutcomeCounters Counters { get; } = new();

    public RequestCounters Requests { get; }

    public void Record(in ConnectionOutcome outcome)
    {
        Counters.Add(in outcome);
        _accessLog?.Write(in outcome);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log(in outcome);
        }
    }

    public void Record(in RequestOutcome outcome)
    {
        Requests.Add(in outcome);
        _accessLog?.Write(in outcome);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log(in outcome);
        }
    }

    public void Record(in HttpConnectionOutcome outcome)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            RecordingLog.HttpConnectionEnded(
                _logger,
                outcome.Listener,
                TransportAddress.Format(outcome.Client.RemoteEndPoint),
                outcome.End.ToString(),
                outcome.Requests,
                outcome.TotalMilliseconds);
        }
    }

    private void Log(in RequestOutcome outcome)
    {
        var attempts = outcome.Attempts;
        LogFailedAttempts(outcome.Cluster, attempts);
        RecordingLog.RequestEnded(
            _logger,
            RequestLine(outcome.Head.FirstSpan),
            TransportAddress.Format(outcome.Client.RemoteEndPoint),
            outcome.Listener,
            outcome.Cluster,
            attempts.Count == 0 ? "-" : attempts[^1].Backend.Name,
            outcome.End.ToString(),
            outcome.Error.ToString(),
            outcome.Status,
            attempts.Count,
            outcome.BytesUp,
            outcome.BytesDown,
            outcome.ConnectMilliseconds,
            outcome.ResponseMilliseconds,
            outcome.TotalMilliseconds);
    }

    private static string RequestLine(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\r');
        return end < 0 ? "-" : Encoding.ASCII.GetString(head[..end]);
    }

    private void LogFailedAttempts(string cluster, in AttemptList attempts)
    {
        for (var i = 0; i < attempts.Count - 1; i++)
        {
            var attempt = attempts[i];
            RecordingLog.AttemptFailed(
                _logger, cluster, attempt.Backend.Name, attempt.FailedBy.ToString(), attempt.Dial.ToString(), attempt.ConnectMilliseconds);
        }
    }

    private void Log(in ConnectionOutcome outcome)
    {
        var attempts = outcome.Attempts;
        LogFailedAttempts(outcome.Cluster, attempts);
        RecordingLog.ConnectionEnded(
            _logger,
            outcome.Listener,
            TransportAddress.Format(outcome.Client.RemoteEndPoint),
            outcome.Cluster,
            attempts.Count == 0 ? "-" : attempts[^1].Backend.Name,
            outcome.FailedBy.ToString(),
            outcome.Stage.ToString(),
            attempts.Count,
            attempts.Count == 0 ? "-" : attempts[^1].Dial.ToString(),
            outcome.ClientClose.ToString(),
            outcome.BackendClose.ToString(),
            outcome.BytesUp,
            outcome.BytesDown,
            outcome.ConnectMilliseconds,
            outcome.TotalMilliseconds);
    }
}
