using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Finds a field by its name, without regard to case.</summary>
internal static class KnownFields
{
    private static ReadOnlySpan<byte> ForwardedPrefix => "x-forwarded"u8;

    public static KnownField Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        // All forwarding fields but two begin with x, and no other known field does.
        >= 9 when (name[0] | 0x20) == 'x' => FindForwarding(name),
        2 => If(name, "te"u8, KnownField.Te),
        3 => If(name, "via"u8, KnownField.Via),
        4 when (name[0] | 0x20) == 'h' => If(name, "host"u8, KnownField.Host),
        4 => If(name, "date"u8, KnownField.Date),
        6 when (name[0] | 0x20) == 'c' => If(name, "cookie"u8, KnownField.Cookie),
        6 => If(name, "expect"u8, KnownField.Expect),
        7 when (name[0] | 0x20) == 'u' => If(name, "upgrade"u8, KnownField.Upgrade),
        7 => If(name, "trailer"u8, KnownField.Trailer),
        9 => If(name, "forwarded"u8, KnownField.Forwarded),
        10 when (name[0] | 0x20) == 'c' => If(name, "connection"u8, KnownField.Connection),
        10 when (name[0] | 0x20) == 's' => If(name, "set-cookie"u8, KnownField.SetCookie),
        10 => If(name, "keep-alive"u8, KnownField.KeepAlive),
        12 => If(name, "max-forwards"u8, KnownField.MaxForwards),
        14 when (name[0] | 0x20) == 'c' => If(name, "content-length"u8, KnownField.ContentLength),
        14 => If(name, "http2-settings"u8, KnownField.Http2Settings),
        16 => If(name, "proxy-connection"u8, KnownField.ProxyConnection),
        17 => If(name, "transfer-encoding"u8, KnownField.TransferEncoding),
        _ => KnownField.None,
    };

    /// <summary>
    /// Returns whether a field concerns one connection only and is never passed on (RFC 9110 section 7.6.1). Trailer is
    /// for whoever gets trailers only, so it stops unless they go on.
    /// </summary>
    public static bool IsHopByHop(KnownField field) => field is KnownField.Connection or KnownField.KeepAlive
        or KnownField.ProxyConnection or KnownField.Te or KnownField.Trailer or KnownField.TransferEncoding
        or KnownField.Upgrade or KnownField.Http2Settings;

    /// <summary>Returns whether a name begins with X-Forwarded, whatever its underscores and case.</summary>
    public static bool BeginsWithForwarded(ReadOnlySpan<byte> name) =>
        name.Length >= ForwardedPrefix.Length && EqualsButForUnderscores(name[..ForwardedPrefix.Length], ForwardedPrefix);

    /// <summary>Returns whether a name is one of the same length, without regard to case and with an underscore for any hyphen.</summary>
    /// <param name="name">The name.</param>
    /// <param name="wanted">The other one, with small letters and hyphens.</param>
    public static bool EqualsButForUnderscores(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            var small = name[i] switch { (byte)'_' => (byte)'-', >= (byte)'A' and <= (byte)'Z' => (byte)(name[i] | 0x20), var other => other };
            if (small != wanted[i])
            {
                return false;
            }
        }

        return true;
    }

    private static KnownField FindForwarding(ReadOnlySpan<byte> name) => name.Length switch
    {
        9 => IfForwarding(name, "x-real-ip"u8, KnownField.XRealIp),
        12 => IfForwarding(name, "x-request-id"u8, KnownField.XRequestId),
        15 when (name[12] | 0x20) == 'f' => IfForwarding(name, "x-forwarded-for"u8, KnownField.XForwardedFor),
        16 when (name[12] | 0x20) == 'h' => IfForwarding(name, "x-forwarded-host"u8, KnownField.XForwardedHost),
        16 when (name[12] | 0x20) == 'p' => IfForwarding(name, "x-forwarded-port"u8, KnownField.XForwardedPort),
        17 => IfForwarding(name, "x-forwarded-proto"u8, KnownField.XForwardedProto),
        _ => OtherForwarding(name),
    };

    private static KnownField IfForwarding(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, KnownField field) =>
        Ascii.EqualsIgnoreCase(name, wanted) ? field
        : EqualsButForUnderscores(name, wanted) ? KnownField.ForwardingVariant
        : OtherForwarding(name);

    private static KnownField OtherForwarding(ReadOnlySpan<byte> name) =>
        !BeginsWithForwarded(name) ? KnownField.None
        : name.Contains((byte)'_') ? KnownField.ForwardingVariant : KnownField.XForwardedOther;

    private static KnownField If(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, KnownField field) =>
        Ascii.EqualsIgnoreCase(name, wanted) ? field : KnownField.None;
}
