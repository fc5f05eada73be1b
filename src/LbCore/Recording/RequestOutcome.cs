using System;
using System.Buffers;
using LbCore.Http;
using LbCore.Transport;

namespace LbCore.Recording;

/// <summary>What became of one request. Health, metrics and the access log all read this record.</summary>
internal readonly struct RequestOutcome
{
    public required string Listener { get; init; }

    public required string Cluster { get; init; }

    /// <summary>Gets the client's connection, for its loop and its addresses only. Valid while the outcome is being recorded.</summary>
    public required TransportConnection Client { get; init; }

    /// <summary>Gets the client's address as text, which is there for every request without being made anew.</summary>
    public ReadOnlyMemory<byte> ClientAddress { get; init; }

    /// <summary>Gets the client's port; 0 when it has no address, and <see cref="ClientAddress"/> means nothing.</summary>
    public int ClientPort { get; init; }

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

    /// <summary>Gets the time from the whole head until a backend connection stood, in milliseconds of the loop's clock; -1 when none did.</summary>
    public long ConnectMilliseconds { get; init; }

    /// <summary>Gets the time from the whole head until the response's whole head, in milliseconds of the loop's clock; -1 when none came.</summary>
    public long ResponseMilliseconds { get; init; }

    /// <summary>Gets the time from the whole head, or the first byte of one that was refused, to the end, in milliseconds of the loop's clock.</summary>
    public long TotalMilliseconds { get; init; }

    /// <summary>Gets how many bytes the body of our own answer had; 0 when the response was a backend's, or none.</summary>
    public int AnswerBytes { get; init; }

    /// <summary>Gets the identifier that our own answer named, when that is not the one in <see cref="Head"/>.</summary>
    public RequestId AnswerId { get; init; }

    /// <summary>
    /// Gets the request's head from its method on, in one segment: as it goes to a backend, or as far as the client sent it
    /// when it was refused before that; empty when not even its method and target were understood. Valid while the outcome
    /// is being recorded.
    /// </summary>
    public ReadOnlySequence<byte> Head { get; init; }

    /// <summary>Gets the target as the client wrote it, when that is not what <see cref="Head"/> says. Valid as long.</summary>
    public ReadOnlySequence<byte> Target { get; init; }

    /// <summary>
    /// Gets the client's Host, Referer and User-Agent as lines of a head, as far as <see cref="Head"/> does not have them:
    /// the client's Connection named them, or the route changed them. Valid as long.
    /// </summary>
    public ReadOnlySequence<byte> Unforwarded { get; init; }

    /// <summary>Gets whether the client speaks HTTP/1.0, whatever <see cref="Head"/> says.</summary>
    public bool IsHttp10 { get; init; }

    /// <summary>Gets whether the Host in <see cref="Head"/> is not the client's, who named none.</summary>
    public bool LacksHost { get; init; }

    public AttemptList Attempts { get; init; }

    public FailureSource FailedBy => RequestEnds.FailedBy(End);
}
