using System;

namespace LbCore.Http;

/// <summary>What changes in a request's head on its way to the backend.</summary>
internal readonly ref struct RequestEdits
{
    public RequestEdits()
    {
    }

    /// <summary>Gets which forwarding fields go on and which are written.</summary>
    public ForwardingPlan Forwarding { get; init; } = ForwardingPlan.Default;

    /// <summary>Gets the client's address as text.</summary>
    public required ReadOnlySpan<byte> ForwardedFor { get; init; }

    /// <summary>Gets whether the client came through TLS.</summary>
    public bool IsHttps { get; init; }

    /// <summary>Gets the port that the client connected to; 0 when there is none.</summary>
    public int LocalPort { get; init; }

    /// <summary>Gets the identifier of the request, for one that brings none that counts; empty for none.</summary>
    public ReadOnlySpan<byte> RequestId { get; init; }

    /// <summary>Gets the target; empty to keep the request's.</summary>
    public ReadOnlySpan<byte> Target { get; init; }

    /// <summary>Gets the Host; empty to keep the request's.</summary>
    public ReadOnlySpan<byte> Host { get; init; }

    /// <summary>Gets which fields are set and removed; null for none.</summary>
    public FieldEdits? Fields { get; init; }

    /// <summary>Gets the cookies that do not go on; null for none.</summary>
    public CookieNames? DroppedCookies { get; init; }

    /// <summary>Gets the Host for a request that names none, neither by field nor by target, as HTTP/1.0 may.</summary>
    public ReadOnlySpan<byte> MissingHost { get; init; }
}
