using System;
using System.Net;
using LbCore.Http;
using LbCore.Transport;

namespace LbCore.Recording.AccessLogging;

/// <summary>One JSON object a line. Every key is always there, in one order; what is not known is null.</summary>
internal sealed class JsonFormat : LineFormat
{
    // A name has 253 characters at most, and a port five digits.
    private const int MaxHost = LineBuffer.MaxField / 4;

    // Of those that are kept; others may be longer.
    private const int MaxRequestId = 128;

    private static ReadOnlySpan<byte> NoClient => ",\"client\":null,\"clientPort\":null"u8;

    public override void Write(ref LineBuffer line, LineClock clock, in RequestOutcome outcome)
    {
        var text = new RequestText(in outcome);
        Begin(ref line, clock, "\",\"kind\":\"http\""u8, outcome.Listener);
        if (outcome.ClientPort == 0)
        {
            line.Write(NoClient);
        }
        else
        {
            line.Write(",\"client\":\""u8);
            line.Write(outcome.ClientAddress.Span);
            EndClient(ref line, outcome.ClientPort);
        }

        WriteText(ref line, ",\"method\":\""u8, text.Method, LineBuffer.MaxField);
        WriteText(ref line, ",\"target\":\""u8, text.Target, LineBuffer.MaxField);
        WriteText(ref line, ",\"protocol\":\""u8, text.Protocol, LineBuffer.MaxField);
        WriteText(ref line, ",\"host\":\""u8, text.Host, MaxHost);
        WriteNumber(ref line, ",\"status\":"u8, outcome.Status == 0 ? -1 : outcome.Status);
        WriteTraffic(ref line, outcome.BytesUp, outcome.BytesDown + outcome.AnswerBytes, outcome.Cluster, outcome.Attempts);
        WriteNumber(ref line, ",\"connectMs\":"u8, outcome.ConnectMilliseconds);
        WriteNumber(ref line, ",\"responseMs\":"u8, outcome.ResponseMilliseconds);
        WriteNumber(ref line, ",\"totalMs\":"u8, outcome.TotalMilliseconds);
        WriteWord(ref line, ",\"end\":\""u8, Words<RequestEnd>.Of((byte)outcome.End));
        WriteWord(ref line, ",\"error\":\""u8, outcome.Error == HttpError.None ? default : Words<HttpError>.Of((byte)outcome.Error));
        WriteFailure(ref line, outcome.FailedBy, outcome.Stage);
        WriteText(ref line, ",\"referer\":\""u8, text.Referer, LineBuffer.MaxField);
        WriteText(ref line, ",\"userAgent\":\""u8, text.UserAgent, LineBuffer.MaxField);
        WriteRequestId(ref line, outcome.AnswerId, text.RequestId);
        line.Write("}\n"u8);
    }

    public override void Write(ref LineBuffer line, LineClock clock, EndPoint? client, in ConnectionOutcome outcome)
    {
        var attempts = outcome.Attempts;
        Begin(ref line, clock, "\",\"kind\":\"tcp\""u8, outcome.Listener);
        if (client is IPEndPoint ip)
        {
            line.Write(",\"client\":\""u8);
            line.TryWriteAddress(ip);
            EndClient(ref line, ip.Port);
        }
        else
        {
            line.Write(NoClient);
        }

        WriteTraffic(ref line, outcome.BytesUp, outcome.BytesDown, outcome.Cluster, attempts);
        WriteNumber(ref line, ",\"connectMs\":"u8, outcome.ConnectMilliseconds);
        WriteNumber(ref line, ",\"totalMs\":"u8, outcome.TotalMilliseconds);
        WriteFailure(ref line, outcome.FailedBy, outcome.Stage);
        WriteWord(ref line, ",\"dial\":\""u8, attempts.Count == 0 ? default : Words<DialStatus>.Of((byte)attempts[^1].Dial));
        WriteWord(ref line, ",\"clientClose\":\""u8, OrNull(outcome.ClientClose));
        WriteWord(ref line, ",\"backendClose\":\""u8, OrNull(outcome.BackendClose));
        line.Write("}\n"u8);
    }

    // The client has been told the one of our answer.
    private static void WriteRequestId(ref LineBuffer line, RequestId ours, scoped ReadOnlySpan<byte> sent)
    {
        Span<byte> digits = stackalloc byte[RequestId.Length];
        WriteText(ref line, ",\"requestId\":\""u8, ours.IsNone ? sent : digits[..ours.Format(digits)], MaxRequestId);
    }

    private static void Begin(ref LineBuffer line, LineClock clock, ReadOnlySpan<byte> kind, string listener)
    {
        line.Write("{\"time\":\""u8);
        line.Write(clock.Rfc3339);
        line.Write("."u8);
        line.WriteDigits(clock.Milliseconds, 3);
        line.Write("Z"u8);
        line.Write(kind);
        WriteName(ref line, ",\"listener\":\""u8, listener);
    }

    private static void EndClient(ref LineBuffer line, int port)
    {
        line.Write("\",\"clientPort\":"u8);
        line.Write(port);
    }

    private static void WriteTraffic(ref LineBuffer line, long up, long down, string cluster, in AttemptList attempts)
    {
        WriteNumber(ref line, ",\"bytesUp\":"u8, up);
        WriteNumber(ref line, ",\"bytesDown\":"u8, down);
        WriteName(ref line, ",\"cluster\":\""u8, cluster);
        WriteName(ref line, ",\"backend\":\""u8, attempts.Count == 0 ? "" : attempts[^1].Backend.Name);
        WriteNumber(ref line, ",\"attempts\":"u8, attempts.Count);
        WriteNumber(ref line, ",\"retries\":"u8, Math.Max(attempts.Count - 1, 0));
    }

    private static void WriteFailure(ref LineBuffer line, FailureSource failedBy, Stage stage)
    {
        WriteWord(ref line, ",\"failedBy\":\""u8, failedBy == FailureSource.None ? default : Words<FailureSource>.Of((byte)failedBy));
        WriteWord(ref line, ",\"stage\":\""u8, Words<Stage>.Of((byte)stage));
    }

    private static ReadOnlySpan<byte> OrNull(CloseReason reason) =>
        reason == CloseReason.None ? default : Words<CloseReason>.Of((byte)reason);

    /// <summary>Writes a number, and null for one below zero.</summary>
    private static void WriteNumber(ref LineBuffer line, scoped ReadOnlySpan<byte> key, long number)
    {
        line.Write(key);
        if (number < 0)
        {
            line.Write("null"u8);
        }
        else
        {
            line.Write(number);
        }
    }

    // Keys of texts end with the quote that opens the value: a line has many small pieces, and each costs a copy.
    private static void WriteText(ref LineBuffer line, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text, int most)
    {
        if (text.IsEmpty)
        {
            WriteNull(ref line, key);
            return;
        }

        line.Write(key);
        line.WriteJsonEscaped(text, most);
        line.WriteByte((byte)'"');
    }

    private static void WriteWord(ref LineBuffer line, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> word)
    {
        if (word.IsEmpty)
        {
            WriteNull(ref line, key);
            return;
        }

        line.Write(key);
        line.Write(word);
        line.WriteByte((byte)'"');
    }

    private static void WriteName(ref LineBuffer line, scoped ReadOnlySpan<byte> key, string name)
    {
        if (name.Length == 0)
        {
            WriteNull(ref line, key);
            return;
        }

        line.Write(key);
        line.WriteName(name);
        line.WriteByte((byte)'"');
    }

    private static void WriteNull(ref LineBuffer line, scoped ReadOnlySpan<byte> key)
    {
        line.Write(key[..^1]);
        line.Write("null"u8);
    }
}
