using System;
using System.Net;

namespace LbCore.Recording.AccessLogging;

/// <summary>The combined form: <c>client - - [time] "request" status bytes "referer" "user agent"</c>.</summary>
internal sealed class CombinedFormat : LineFormat
{
    public override void Write(ref LineBuffer line, LineClock clock, in RequestOutcome outcome)
    {
        var text = new RequestText(in outcome);
        line.Write(outcome.ClientPort == 0 ? "-"u8 : outcome.ClientAddress.Span);
        Begin(ref line, clock);
        if (text.Method.IsEmpty)
        {
            line.Write("-"u8);
        }
        else
        {
            line.WriteHexEscaped(text.Method);
            line.Write(" "u8);
            line.WriteHexEscaped(text.Target);
            if (!text.Protocol.IsEmpty)
            {
                line.Write(" "u8);
                line.WriteHexEscaped(text.Protocol);
            }
        }

        End(ref line, outcome.Status, outcome.BytesDown + outcome.AnswerBytes);
        WriteOrDash(ref line, text.Referer);
        line.Write("\" \""u8);
        WriteOrDash(ref line, text.UserAgent);
        line.Write("\"\n"u8);
    }

    /// <summary>A connection looks like a request with the method TCP for its cluster and backend, and a status as nginx's stream module has it.</summary>
    public override void Write(ref LineBuffer line, LineClock clock, EndPoint? client, in ConnectionOutcome outcome)
    {
        var attempts = outcome.Attempts;
        if (!line.TryWriteAddress(client))
        {
            line.Write("-"u8);
        }

        Begin(ref line, clock);
        line.Write("TCP "u8);
        WriteOrDash(ref line, outcome.Cluster);
        line.Write("/"u8);
        WriteOrDash(ref line, attempts.Count == 0 ? "" : attempts[^1].Backend.Name);
        End(ref line, StatusOf(in outcome), outcome.BytesDown);
        line.Write("-\" \"-\"\n"u8);
    }

    private static void Begin(ref LineBuffer line, LineClock clock)
    {
        line.Write(" - - ["u8);
        line.Write(clock.Combined);
        line.Write("] \""u8);
    }

    // Three digits always, as readers of the form demand; 000 is what nginx writes when nothing was answered.
    private static void End(ref LineBuffer line, int status, long bytes)
    {
        line.Write("\" "u8);
        line.WriteDigits(status, 3);
        line.Write(" "u8);
        line.Write(bytes);
        line.Write(" \""u8);
    }

    private static int StatusOf(in ConnectionOutcome outcome) => outcome.Stage == Stage.Forward ? 200 : outcome.FailedBy switch
    {
        FailureSource.Backend => 502,
        FailureSource.Client => 0,
        _ => 503,
    };

    private static void WriteOrDash(ref LineBuffer line, scoped ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            line.Write("-"u8);
        }
        else
        {
            line.WriteHexEscaped(text);
        }
    }

    private static void WriteOrDash(ref LineBuffer line, string name)
    {
        if (name.Length == 0)
        {
            line.Write("-"u8);
        }
        else
        {
            line.WriteName(name);
        }
    }
}
