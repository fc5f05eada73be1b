using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Finds a field by its name, without regard to case.</summary>
internal static class KnownFields
{
    public static KnownField Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => If(name, "te"u8, KnownField.Te),
        4 => If(name, "host"u8, KnownField.Host),
        6 => If(name, "expect"u8, KnownField.Expect),
        7 when (name[0] | 0x20) == 'u' => If(name, "upgrade"u8, KnownField.Upgrade),
        7 => If(name, "trailer"u8, KnownField.Trailer),
        10 when (name[0] | 0x20) == 'c' => If(name, "connection"u8, KnownField.Connection),
        10 => If(name, "keep-alive"u8, KnownField.KeepAlive),
        14 when (name[0] | 0x20) == 'c' => If(name, "content-length"u8, KnownField.ContentLength),
        14 => If(name, "http2-settings"u8, KnownField.Http2Settings),
        15 => If(name, "x-forwarded-for"u8, KnownField.XForwardedFor),
        16 => If(name, "proxy-connection"u8, KnownField.ProxyConnection),
        17 when (name[0] | 0x20) == 't' => If(name, "transfer-encoding"u8, KnownField.TransferEncoding),
        17 => If(name, "x-forwarded-proto"u8, KnownField.XForwardedProto),
        _ => KnownField.None,
    };

    /// <summary>
    /// Returns whether a field concerns one connection only and is never passed on (RFC 9110 section 7.6.1). Trailers are
    /// not passed on, so their announcement is not either.
    /// </summary>
    public static bool IsHopByHop(KnownField field) => field is KnownField.Connection or KnownField.KeepAlive
        or KnownField.ProxyConnection or KnownField.Te or KnownField.Trailer or KnownField.TransferEncoding
        or KnownField.Upgrade or KnownField.Http2Settings;

    private static KnownField If(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, KnownField field) =>
        Ascii.EqualsIgnoreCase(name, wanted) ? field : KnownField.None;
}
