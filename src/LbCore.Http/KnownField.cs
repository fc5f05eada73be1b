namespace LbCore.Http;

/// <summary>The fields that an intermediary reads, removes or writes.</summary>
internal enum KnownField : byte
{
    None,
    Connection,
    ContentLength,
    Expect,
    Host,
    KeepAlive,
    ProxyConnection,
    Te,
    Trailer,
    TransferEncoding,
    Upgrade,
    Http2Settings,
    XForwardedFor,
    XForwardedProto,
}
