using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Judges the Host field (RFC 9112 section 3.2), and what else names a host.</summary>
internal static class HostRules
{
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

        // The standard lets the target win. Whoever sends two different names wants two readers to see different ones.
        return head.AuthorityEnd > 0 && !Ascii.EqualsIgnoreCase(bytes[head.AuthorityStart..head.AuthorityEnd], host)
            ? HttpError.HostMismatch
            : HttpError.None;
    }

    /// <summary>Returns whether a text is a host, with or without a port, and no user information (RFC 9110 section 7.2).</summary>
    public static bool IsHostAndPort(ReadOnlySpan<byte> text)
    {
        // The end of the host: behind the bracket of a literal, or where the only colon that a name may be followed by is.
        var isLiteral = !text.IsEmpty && text[0] == '[';
        var end = isLiteral ? text.IndexOf((byte)']') + 1 : text.IndexOf((byte)':');
        end = end < 0 ? text.Length : end;
        var isHost = isLiteral
            ? end > 2 && !text[1..(end - 1)].ContainsAnyExcept(Characters.IPLiteral)
            : end > 0 && !text[..end].ContainsAnyExcept(Characters.HostName);
        var port = text[end..];
        return isHost && (port.IsEmpty || (port[0] == ':' && !port[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9')));
    }
}
