using LbCore.Recording.AccessLogging;

namespace LbCore.Recording;

/// <summary>
/// Hears of every outcome exactly once, on the loop of its connection: of a connection in mode tcp, of a request and of its
/// connection in mode http. Must not block or throw.
/// </summary>
internal interface IOutcomeRecorder
{
    /// <summary>Gets or sets what writes a line for each outcome; null for nothing. Any thread; a loop may be at the old one still.</summary>
    AccessLog? AccessLog { get; set; }

    void Record(in ConnectionOutcome outcome);

    void Record(in RequestOutcome outcome);

    void Record(in HttpConnectionOutcome outcome);
}
