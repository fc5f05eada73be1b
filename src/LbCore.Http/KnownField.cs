namespace LbCore.Http;

/// <summary>The fields that an intermediary reads, removes or writes. At most 32: <see cref="FieldSet"/> has a bit for each.</summary>
internal enum KnownField : byte
{
    None,
    Connection,
    ContentLength,
    Cookie,
    Date,
    Expect,
    Host,
    KeepAlive,
    MaxForwards,
    ProxyConnection,
    SetCookie,
    Te,
    Trailer,
    TransferEncoding,
    Upgrade,
    Http2Settings,
    Forwarded,
    Via,
    XForwardedFor,
    XForwardedHost,
    XForwardedPort,
    XForwardedProto,
    XRealIp,
    XRequestId,

    /// <summary>Any other field whose name begins with X-Forwarded, such as X-Forwarded-Prefix.</summary>
    XForwardedOther,

    /// <summary>
    /// One of the forwarding fields with an underscore in its name. Backends that turn names into variables (CGI and its
    /// heirs) take it for the field itself.
    /// </summary>
    ForwardingVariant,
}
