using System;

namespace LbCore.Http;

/// <summary>What changes in a request's head on its way to the backend.</summary>
internal readonly ref struct RequestEdits
{
    /// <summary>Gets the client's address as text. It replaces what the client says of itself.</summary>
    public required ReadOnlySpan<byte> ForwardedFor { get; init; }

    /// <summary>Gets whether the client came through TLS.</summary>
    public bool IsHttps { get; init; }

    /// <summary>Gets the Host for a request that names none, neither by field nor by target, as HTTP/1.0 may.</summary>
    public ReadOnlySpan<byte> MissingHost { get; init; }
}
