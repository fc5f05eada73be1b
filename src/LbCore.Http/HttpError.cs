namespace LbCore.Http;

/// <summary>Why bytes were refused. <see cref="HttpErrors.StatusOf"/> gives the answer to a request.</summary>
internal enum HttpError : byte
{
    None,

    /// <summary>The request line is not METHOD SP target SP HTTP/x.y CRLF with single spaces (RFC 9112 section 3).</summary>
    RequestLine,

    /// <summary>The method has a character that no token has, or is too long (RFC 9110 section 9.1).</summary>
    Method,

    /// <summary>The target is none of the forms that its method allows, or has a control character, a space, a '#' or a byte above 0x7E (RFC 9112 section 3.2).</summary>
    Target,

    /// <summary>
    /// The target's path has no normal form (RFC 3986 section 6.2.2), and routes compare paths: it climbs above the root, has
    /// ".." behind a double slash, or a '%' without two hexadecimal digits.
    /// </summary>
    Path,

    /// <summary>The target is longer than its limit, or the request line does not fit into the head's.</summary>
    TargetTooLong,

    /// <summary>HTTP, but neither 1.0 nor 1.1.</summary>
    Version,

    /// <summary>CONNECT, which a proxy in front of servers has no use for.</summary>
    Connect,

    /// <summary>Max-Forwards of TRACE or OPTIONS is repeated or no number (RFC 9110 section 7.6.2).</summary>
    MaxForwards,

    /// <summary>TRACE or OPTIONS may not be forwarded any further, and is not done here (RFC 9110 section 7.6.2).</summary>
    NoForwardsLeft,

    /// <summary>The status line is not HTTP/1.x SP three digits (RFC 9112 section 4).</summary>
    StatusLine,

    /// <summary>LF without CR before it (RFC 9112 section 2.2: a recipient may take it for a line's end, so others will).</summary>
    BareLf,

    /// <summary>CR without LF behind it.</summary>
    BareCr,

    /// <summary>A field line that begins with white space: obs-fold (RFC 9112 section 5.2), or white space before the first field.</summary>
    Fold,

    /// <summary>White space between a field's name and its colon (RFC 9112 section 5.1).</summary>
    SpaceBeforeColon,

    /// <summary>A field's name is empty or has a character that no token has, or its colon is missing.</summary>
    FieldName,

    /// <summary>A field's value has NUL or another control character (RFC 9110 section 5.5).</summary>
    FieldValue,

    /// <summary>The head does not fit into its limit.</summary>
    HeadTooLarge,

    /// <summary>The head has more fields than its limit.</summary>
    TooManyFields,

    /// <summary>An HTTP/1.1 request has no Host field (RFC 9112 section 3.2).</summary>
    HostMissing,

    /// <summary>There are several Host fields.</summary>
    HostRepeated,

    /// <summary>The Host field is not a host with or without a port (RFC 9110 section 7.2), or is empty, or its port is above 65535.</summary>
    Host,

    /// <summary>The target names another host than the Host field.</summary>
    HostMismatch,

    /// <summary>A Content-Length is not one number of decimal digits that fits into 63 bits.</summary>
    ContentLength,

    /// <summary>A field's name has an underscore, and the listener refuses those.</summary>
    UnderscoreInName,

    /// <summary>There are several Content-Length fields, equal or not.</summary>
    ContentLengthRepeated,

    /// <summary>Content-Length together with Transfer-Encoding (RFC 9112 section 6.3: ought to be handled as an error).</summary>
    LengthAndCoding,

    /// <summary>Transfer-Encoding is repeated, malformed or sent with HTTP/1.0.</summary>
    TransferEncoding,

    /// <summary>A well-formed transfer coding other than exactly chunked.</summary>
    UnknownCoding,

    /// <summary>Connection is malformed, names too many fields, or one that framing, routing or the body's coming depends on.</summary>
    Connection,

    /// <summary>A chunk's size is empty, not hexadecimal, too large, or followed by anything but an extension or CRLF (RFC 9112 section 7.1).</summary>
    ChunkSize,

    /// <summary>A chunk extension has a control character or is too long.</summary>
    ChunkExtension,

    /// <summary>A chunk's data is not followed by CRLF.</summary>
    ChunkEnd,

    /// <summary>A trailer line is malformed.</summary>
    Trailer,

    /// <summary>The trailers do not fit into their limit, or are too many.</summary>
    TrailersTooLarge,

    /// <summary>
    /// A 101 response that is not HTTP/1.1, does not name a protocol that may be tunnelled, or one that the request did not
    /// ask for (RFC 9110 section 7.8).
    /// </summary>
    SwitchingProtocols,

    /// <summary>More interim responses than may come before a final one.</summary>
    TooManyInterims,
}
