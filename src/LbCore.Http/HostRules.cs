using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Judges the Host field (RFC 9112 section 3.2), and what else names a host.</summary>
internal static class HostRules
{
    private static ReadOnlySpan<byte> MaxPort => "65535"u8;

    public static HttpError Check(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        var fields = head.Fields;
        var index = -1;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Known != KnownField.Host)
            {
                continue;
            }

            if (index >= 0)
            {
                return HttpError.HostRepeated;
            }

            index = i;
        }

        if (index < 0)
        {
            // HTTP/1.0 knew no Host.
            return head.IsHttp11 ? HttpError.HostMissing : HttpError.None;
        }

        head.HostIndex = index;
        var host = MessageHead.ValueOf(bytes, fields[index]);
        if (!IsHostAndPort(host))
        {
            return HttpError.Host;
        }

        return head.AuthorityEnd > 0 ? Compare(bytes, head, host) : HttpError.None;
    }

    /// <summary>Returns whether a text is a host, with or without a port, and no user information (RFC 9110 section 7.2).</summary>
    public static bool IsHostAndPort(ReadOnlySpan<byte> text)
    {
        // The end of the host: behind the bracket of a literal, or where the only colon that a name may be followed by is.
        var isLiteral = !text.IsEmpty && text[0] == '[';
        var end = isLiteral ? text.IndexOf((byte)']') + 1 : text.IndexOf((byte)':');
        end = end < 0 ? text.Length : end;
        var isHost = isLiteral
            ? end > 2 && IsAddress(text[1..(end - 1)])
            : end > 0 && !text[..end].ContainsAnyExcept(Characters.HostName);
        return isHost && IsPort(text[end..]);
    }

    /// <summary>Returns whether a text is a colon and a port, or nothing; the port may be empty (RFC 3986 section 3.2.3).</summary>
    public static bool IsPort(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        var digits = text[1..].TrimStart((byte)'0');
        return text[0] == ':' && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && (digits.Length < MaxPort.Length || (digits.Length == MaxPort.Length && digits.SequenceCompareTo(MaxPort) <= 0));
    }

    // RFC 3986 section 3.2.2. A zone (RFC 6874) is for a host's own use.
    private static bool IsAddress(ReadOnlySpan<byte> text)
    {
        if ((text[0] | 0x20) == 'v')
        {
            var dot = text.IndexOf((byte)'.');
            return dot > 1 && dot + 1 < text.Length && !text[1..dot].ContainsAnyExcept(Characters.HexDigit)
                && !text[(dot + 1)..].ContainsAnyExcept(Characters.LaterAddress);
        }

        return MappedAddress.TryParseV6(text, out _);
    }

    /// <summary>
    /// Compares Host with the target's authority. The standard lets the target win (RFC 9112 section 3.2.2), but whoever
    /// sends two different names wants two readers to see different ones. Of one that is the same in other words (RFC 9110
    /// section 4.2.3) the target's goes on, and the field stops here.
    /// </summary>
    private static HttpError Compare(ReadOnlySpan<byte> bytes, RequestHead head, ReadOnlySpan<byte> host)
    {
        var authority = bytes[head.AuthorityStart..head.AuthorityEnd];
        if (authority.SequenceEqual(host))
        {
            return HttpError.None;
        }

        // The scheme is http or https, and "://" is behind it.
        var defaultPort = head.AuthorityStart - head.TargetStart == "https://".Length ? "443"u8 : "80"u8;
        if (!Ascii.EqualsIgnoreCase(authority[..HostLength(authority)], host[..HostLength(host)])
            || !PortOf(authority, defaultPort).SequenceEqual(PortOf(host, defaultPort)))
        {
            return HttpError.HostMismatch;
        }

        head.MutableFields[head.HostIndex].IsHopByHop = true;
        head.HostIndex = -1;
        return HttpError.None;
    }

    /// <summary>Returns how long the host is, of a host with or without a port.</summary>
    private static int HostLength(ReadOnlySpan<byte> text)
    {
        var colon = text.LastIndexOf((byte)':');
        return colon < 0 || text[^1] == ']' ? text.Length : colon;
    }

    private static ReadOnlySpan<byte> PortOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> defaultPort)
    {
        var start = HostLength(text) + 1;
        return start >= text.Length ? defaultPort : text[start..].TrimStart((byte)'0');
    }
}
