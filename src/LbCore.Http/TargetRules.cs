using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Judges the request target by its form (RFC 9112 section 3.2).</summary>
internal static class TargetRules
{
    public static HttpError Check(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        if (head.Method == HttpMethod.Connect)
        {
            return HttpError.Connect;
        }

        var target = head.TargetOf(bytes);
        if (target[0] == '/')
        {
            return HttpError.None;
        }

        if (target.Length == 1 && target[0] == '*')
        {
            return head.Method == HttpMethod.Options ? HttpError.None : HttpError.Target;
        }

        return CheckAbsolute(target, head);
    }

    private static HttpError CheckAbsolute(ReadOnlySpan<byte> target, RequestHead head)
    {
        var scheme = target.IndexOf("://"u8);
        if (scheme < 0 || !IsHttp(target[..scheme]))
        {
            return HttpError.Target;
        }

        var start = scheme + 3;
        var length = target[start..].IndexOfAny((byte)'/', (byte)'?');
        if (length < 0)
        {
            length = target.Length - start;
        }

        if (!HostRules.IsHostAndPort(target.Slice(start, length)))
        {
            return HttpError.Target;
        }

        head.AuthorityStart = head.TargetStart + start;
        head.AuthorityEnd = head.AuthorityStart + length;
        return HttpError.None;
    }

    private static bool IsHttp(ReadOnlySpan<byte> scheme) =>
        Ascii.EqualsIgnoreCase(scheme, "http"u8) || Ascii.EqualsIgnoreCase(scheme, "https"u8);
}
