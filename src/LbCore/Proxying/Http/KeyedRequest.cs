using System;
using LbCore.Http;
using LbCore.Topology;

namespace LbCore.Proxying.Http;

/// <summary>What of a request a strategy may choose by.</summary>
internal readonly ref struct KeyedRequest
{
    /// <summary>Gets the bytes of the head.</summary>
    public required ReadOnlySpan<byte> Bytes { get; init; }

    public required RequestHead Head { get; init; }

    /// <summary>Gets what the listener believes of its senders.</summary>
    public required ForwardingRules Rules { get; init; }

    /// <summary>Gets the plan for the request's sender.</summary>
    public required ForwardingPlan Plan { get; init; }

    /// <summary>Gets the sender's address; 0 when it has none.</summary>
    public required UInt128 Sender { get; init; }

    /// <summary>Gets the path in its normal form.</summary>
    public required ReadOnlySpan<byte> Path { get; init; }

    /// <summary>Gets the query with its question mark; empty when there is none.</summary>
    public required ReadOnlySpan<byte> Query { get; init; }
}
