using System.Buffers;
using LbCore.Http;
using LbCore.Transport;

namespace LbCore.Recording;

/// <summary>What became of one request. Health, metrics and the access log all read this record.</summary>
internal readonly struct RequestOutcome
{
    public required string Listener { get; init; }

    public required string Cluster { get; init; }

    /// <summary>Gets the client's connection, for its addresses only. Valid while the outcome is being recorded.</summary>
    public required TransportConnection Client { get; init; }

    public required RequestEnd End { get; init; }

    /// <summary>Gets why a request or a response was refused.</summary>
    public HttpError Error { get; init; }

    /// <summary>Gets the stage that the request failed in, or the last one when it did not fail.</summary>
    public Stage Stage { get; init; }

    /// <summary>Gets the status that the client was answered, by the backend or by us; 0 when none was sent.</summary>
    public int Status { get; init; }

    /// <summary>Gets whether a backend was passed over because it had all the connections that it may have.</summary>
    public bool BackendFull { get; init; }

    /// <summary>Gets how many bytes of the request's body were passed on.</summary>
    public long BytesUp { get; init; }

    /// <summary>Gets how many bytes of the response's body were passed on.</summary>
    public long BytesDown { get; init; }

    /// <summary>Gets the time from the whole head until a backend connection stood, in milliseconds of the loop's clock.</summary>
    public long ConnectMilliseconds { get; init; }

    /// <summary>Gets the time from the whole head until the response's whole head, in milliseconds of the loop's clock; -1 when none came.</summary>
    public long ResponseMilliseconds { get; init; }

    /// <summary>Gets the time from the whole head to the end, in milliseconds of the loop's clock.</summary>
    public long TotalMilliseconds { get; init; }

    /// <summary>Gets the request's head as it went to the backend; empty when there was none. Valid while the outcome is being recorded.</summary>
    public ReadOnlySequence<byte> Head { get; init; }

    public AttemptList Attempts { get; init; }

    public FailureSource FailedBy => RequestEnds.FailedBy(End);
}
