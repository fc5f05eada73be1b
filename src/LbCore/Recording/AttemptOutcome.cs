using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Recording;

/// <summary>What became of one attempt on one backend.</summary>
internal readonly record struct AttemptOutcome
{
    public required Backend Backend { get; init; }

    public FailureSource FailedBy { get; init; }

    /// <summary>Gets the stage that the attempt failed in, or the last one when it did not fail.</summary>
    public Stage Stage { get; init; }

    public RetrySafety RetrySafety { get; init; }

    public DialStatus Dial { get; init; }

    /// <summary>Gets whether it went over a connection that had served a request before.</summary>
    public bool IsReused { get; init; }

    /// <summary>Gets the status that the backend answered; 0 when it did not, and in mode tcp.</summary>
    public short Status { get; init; }

    /// <summary>Gets how long connecting took, successful or not, in milliseconds of the loop's clock.</summary>
    public int ConnectMilliseconds { get; init; }
}
