using System;
using System.Buffers;
using System.IO.Pipelines;
using LbCore.Routing;

namespace LbCore.Proxying.Http;

/// <summary>Writes the answers that routes give.</summary>
internal static class RouteAnswerWriter
{
    /// <summary>Writes an answer. Returns how many bytes its body has.</summary>
    public static int Write(
        PipeWriter output, RouteAnswer answer, ReadOnlySpan<byte> date, ReadOnlySpan<byte> location, bool close, bool sayKeepAlive, bool withBody)
    {
        output.Write(answer.Head.Span);
        if (!answer.HasDate)
        {
            output.Write(date);
        }

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
}
