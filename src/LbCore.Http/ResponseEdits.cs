using System;

namespace LbCore.Http;

/// <summary>What changes in a response's head on its way to the client.</summary>
internal readonly struct ResponseEdits
{
    /// <summary>Gets whether the connection closes after this response.</summary>
    public bool Close { get; init; }

    /// <summary>Gets whether to say that it stays open, which an HTTP/1.0 client does not expect.</summary>
    public bool SayKeepAlive { get; init; }

    /// <summary>Gets the line that says when the response came, for one that does not (RFC 9110 section 6.6.1).</summary>
    public ReadOnlyMemory<byte> Date { get; init; }

    /// <summary>Gets whether to add this proxy to Via.</summary>
    public bool Via { get; init; }

    /// <summary>Gets which fields are set and removed; null for none.</summary>
    public FieldEdits? Fields { get; init; }

    /// <summary>Gets whether the body is sent in chunks.</summary>
    public bool Chunked { get; init; }
}
