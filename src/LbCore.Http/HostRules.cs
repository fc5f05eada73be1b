using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Judges the Host field (RFC 9112 section 3.2).</summary>
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
        if (host.IsEmpty || host.ContainsAnyExcept(Characters.Host))
        {
            return HttpError.Host;
        }

        // The standard lets the target win. Whoever sends two different names wants two readers to see different ones.
        return head.AuthorityEnd > 0 && !Ascii.EqualsIgnoreCase(bytes[head.AuthorityStart..head.AuthorityEnd], host)
            ? HttpError.HostMismatch
            : HttpError.None;
    }
}
