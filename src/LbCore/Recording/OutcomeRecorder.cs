using LbCore.Diagnostics;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Recording;

/// <summary>Counts every outcome and, when asked to, logs it.</summary>
internal sealed class OutcomeRecorder : IOutcomeRecorder
{
    private readonly ILogger _logger;

    /// <param name="loopLogger">A logger that never blocks a loop.</param>
    public OutcomeRecorder(ILogger loopLogger) => _logger = loopLogger;

    public OutcomeCounters Counters { get; } = new();

    public void Record(in ConnectionOutcome outcome)
    {
        Counters.Add(in outcome);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log(in outcome);
        }
    }

    private void Log(in ConnectionOutcome outcome)
    {
        var attempts = outcome.Attempts;
        for (var i = 0; i < attempts.Count - 1; i++)
        {
            var attempt = attempts[i];
            RecordingLog.AttemptFailed(
                _logger, outcome.Cluster, attempt.Backend.Name, attempt.FailedBy.ToString(), attempt.Dial.ToString(), attempt.ConnectMilliseconds);
        }

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
