namespace LbCore.Http;

/// <summary>How the end of a body is found (RFC 9112 section 6.3).</summary>
internal enum BodyKind : byte
{
    None,
    Length,
    Chunked,

    /// <summary>The body ends with the connection. Responses only.</summary>
    UntilClose,
}
