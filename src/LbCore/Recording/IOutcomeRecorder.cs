namespace LbCore.Recording;

/// <summary>Hears of every connection's outcome exactly once, on the connection's loop. Must not block or throw.</summary>
internal interface IOutcomeRecorder
{
    void Record(in ConnectionOutcome outcome);
}
