using LbCore.Transport;

namespace LbCore.Recording;

/// <summary>What became of one client connection that spoke HTTP. Its requests have outcomes of their own.</summary>
internal readonly struct HttpConnectionOutcome
{
    public required string Listener { get; init; }

    /// <summary>Gets the client's connection, for its addresses only. Valid while the outcome is being recorded.</summary>
    public required TransportConnection Client { get; init; }

    public required ConnectionEnd End { get; init; }

    /// <summary>Gets how many requests came on it.</summary>
    public long Requests { get; init; }

    /// <summary>Gets how long it was open, in milliseconds of the loop's clock.</summary>
    public long TotalMilliseconds { get; init; }
}
