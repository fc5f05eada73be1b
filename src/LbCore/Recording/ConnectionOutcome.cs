using LbCore.Transport;

namespace LbCore.Recording;

/// <summary>What became of one connection. Health, metrics and the access log all read this record.</summary>
internal readonly struct ConnectionOutcome
{
    public required string Listener { get; init; }

    public required string Cluster { get; init; }

    /// <summary>Gets the client's connection, for its addresses only. Valid while the outcome is being recorded.</summary>
    public required TransportConnection Client { get; init; }

    public FailureSource FailedBy { get; init; }

    /// <summary>Gets the stage that the connection failed in, or the last one when it did not fail.</summary>
    public Stage Stage { get; init; }

    public RetrySafety RetrySafety { get; init; }

    /// <summary>Gets whether a backend was passed over because it had all the connections that it may have.</summary>
    public bool BackendFull { get; init; }

    /// <summary>Gets the first cause of the client connection's end; <see cref="CloseReason.None"/> when it ended well.</summary>
    public CloseReason ClientClose { get; init; }

    /// <summary>Gets the first cause of the upstream connection's end; <see cref="CloseReason.None"/> when it ended well or never was.</summary>
    public CloseReason BackendClose { get; init; }

    /// <summary>Gets how many bytes were taken from the client to be passed on.</summary>
    public long BytesUp { get; init; }

    /// <summary>Gets how many bytes were taken from the backend to be passed on.</summary>
    public long BytesDown { get; init; }

    /// <summary>Gets the time from the accept until an upstream connection stood, in milliseconds of the loop's clock; -1 when none did.</summary>
    public long ConnectMilliseconds { get; init; }

    /// <summary>Gets the time from the accept to the end, in milliseconds of the loop's clock.</summary>
    public long TotalMilliseconds { get; init; }

    public AttemptList Attempts { get; init; }
}
