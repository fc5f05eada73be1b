using System;
using System.Buffers;
using System.IO.Pipelines;
using LbCore.Routing;

namespace LbCore.Proxying.Http;

/// <summary>Writes the answers that no backend gave.</summary>
internal static class OwnAnswer
{
    /// <summary>Writes a small answer whose text says its status and nothing of what is behind us. Returns how many bytes its body has.</summary>
    public static int Write(PipeWriter output, int status, bool close, bool sayKeepAlive, bool withBody)
    {
        var text = TextOf(status);
        Span<byte> length = stackalloc byte[4];
        System.Buffers.Text.Utf8Formatter.TryFormat(text.Length + 1, length, out var digits);
        output.Write("HTTP/1.1 "u8);
        output.Write(text);
        output.Write("\r\nContent-Type: text/plain\r\nContent-Length: "u8);
        output.Write(length[..digits]);
        output.Write(close ? "\r\nConnection: close\r\n\r\n"u8 : sayKeepAlive ? "\r\nConnection: keep-alive\r\n\r\n"u8 : "\r\n\r\n"u8);
        if (!withBody)
        {
            return 0;
        }

        output.Write(text);
        output.Write("\n"u8);
        return text.Length + 1;
    }

    /// <summary>Writes a route's answer. Returns how many bytes its body has.</summary>
    public static int Write(PipeWriter output, RouteAnswer answer, ReadOnlySpan<byte> location, bool close, bool sayKeepAlive, bool withBody)
    {
        output.Write(answer.Head.Span);
        if (!location.IsEmpty)
        {
            output.Write("Location: "u8);
            output.Write(location);
            output.Write("\r\n"u8);
        }

        output.Write(close ? "Connection: close\r\n\r\n"u8 : sayKeepAlive ? "Connection: keep-alive\r\n\r\n"u8 : "\r\n"u8);
        if (!withBody)
        {
            return 0;
        }

        output.Write(answer.Body.Span);
        return answer.Body.Length;
    }

    private static ReadOnlySpan<byte> TextOf(int status) => status switch
    {
        400 => "400 Bad Request"u8,
        404 => "404 Not Found"u8,
        408 => "408 Request Timeout"u8,
        413 => "413 Content Too Large"u8,
        414 => "414 URI Too Long"u8,
        431 => "431 Request Header Fields Too Large"u8,
        501 => "501 Not Implemented"u8,
        502 => "502 Bad Gateway"u8,
        503 => "503 Service Unavailable"u8,
        504 => "504 Gateway Timeout"u8,
        505 => "505 HTTP Version Not Supported"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no answer with this status."),
    };
}
