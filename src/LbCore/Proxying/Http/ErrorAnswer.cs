using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using LbCore.Http;

namespace LbCore.Proxying.Http;

/// <summary>An answer that no backend gave, since something went wrong. It says what, and nothing of what is behind us.</summary>
internal readonly ref struct ErrorAnswer
{
    // The longest phrase and identifier, each twice, and what stands around them.
    private const int MaxBody = 640;

    // For how long a client is asked to stay away when nothing can serve it now. As long as probes take to notice a change.
    private const int RetrySeconds = 5;

    public required int Status { get; init; }

    public required AnswerFormat Format { get; init; }

    /// <summary>Gets what the request is called in the log. Nothing in it means anything in HTML or JSON.</summary>
    public required ReadOnlySpan<byte> RequestId { get; init; }

    /// <summary>Gets the line that says when it is given, with its CRLF.</summary>
    public required ReadOnlySpan<byte> Date { get; init; }

    public bool Close { get; init; }

    /// <summary>Gets whether to say that the connection stays open, which an HTTP/1.0 client does not expect.</summary>
    public bool SayKeepAlive { get; init; }

    /// <summary>Gets whether the body is sent and not only described, as for HEAD.</summary>
    public bool WithBody { get; init; }

    private ReadOnlySpan<byte> ContentType => Format switch
    {
        AnswerFormat.Html => "text/html; charset=utf-8"u8,
        AnswerFormat.Json => "application/problem+json"u8,
        _ => "text/plain; charset=utf-8"u8,
    };

    /// <summary>Writes it. Returns how many bytes its body has.</summary>
    public int Write(PipeWriter output)
    {
        Span<byte> reasonBytes = stackalloc byte[64];
        var reason = reasonBytes[..Encoding.ASCII.GetBytes(ReasonPhrases.Of(Status), reasonBytes)];
        Span<byte> bodyBytes = stackalloc byte[MaxBody];
        var body = bodyBytes[..WriteBody(bodyBytes, reason)];

        var head = new SpanWriter(output.GetSpan(MaxBody));
        head.Write("HTTP/1.1 "u8);
        WriteStatus(ref head, reason);
        head.Write("\r\nContent-Type: "u8);
        head.Write(ContentType);
        head.Write("\r\nContent-Length: "u8);
        head.WriteNumber(body.Length);
        head.Write("\r\n"u8);
        head.Write(Date);
        if (Status == 503)
        {
            head.Write("Retry-After: "u8);
            head.WriteNumber(RetrySeconds);
            head.Write("\r\n"u8);
        }

        // Some of these statuses would be cached otherwise (RFC 9110 section 15.1).
        head.Write("Cache-Control: no-store\r\nX-Request-Id: "u8);
        head.Write(RequestId);
        head.Write(Close ? "\r\nConnection: close\r\n\r\n"u8 : SayKeepAlive ? "\r\nConnection: keep-alive\r\n\r\n"u8 : "\r\n\r\n"u8);
        output.Advance(head.Written);
        if (!WithBody)
        {
            return 0;
        }

        output.Write(body);
        return body.Length;
    }

    private int WriteBody(Span<byte> target, ReadOnlySpan<byte> reason)
    {
        var body = new SpanWriter(target);
        switch (Format)
        {
            case AnswerFormat.Html:
                body.Write("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"u8);
                WriteStatus(ref body, reason);
                body.Write("</title></head>\n<body><h1>"u8);
                WriteStatus(ref body, reason);
                body.Write("</h1><p>Request: <code>"u8);
                body.Write(RequestId);
                body.Write("</code></p></body></html>\n"u8);
                break;
            case AnswerFormat.Json:
                // RFC 9457: without a type of its own, the title is the status's phrase.
                body.Write("{\"title\":\""u8);
                body.Write(reason);
                body.Write("\",\"status\":"u8);
                body.WriteNumber(Status);
                body.Write(",\"requestId\":\""u8);
                body.Write(RequestId);
                body.Write("\"}\n"u8);
                break;
            default:
                WriteStatus(ref body, reason);
                body.Write("\nRequest: "u8);
                body.Write(RequestId);
                body.Write("\n"u8);
                break;
        }

        return body.Written;
    }

    private void WriteStatus(ref SpanWriter body, scoped ReadOnlySpan<byte> reason)
    {
        body.WriteNumber(Status);
        body.Write(" "u8);
        body.Write(reason);
    }
}
