using System;
using System.Text;
using LbCore.Http;

namespace LbCore.Fuzz.Targets;

/// <summary>Request or response heads: what is accepted lies in bounds, has no line end inside a field, and reads the same once it has been written.</summary>
internal sealed class HeadTarget(bool isRequest) : IFuzzTarget
{
    private readonly byte[] _target = new byte[256 * 1024];

    public string Name => isRequest ? "request-heads" : "response-heads";

    public void Run(string text)
    {
        var bytes = Escapes.ToBytes(text);
        if (isRequest)
        {
            RunRequest(bytes);
        }
        else
        {
            RunResponse(bytes);
        }
    }

    private void RunRequest(byte[] bytes)
    {
        var head = Parse(bytes, out var status);
        if (status != ParseStatus.Complete)
        {
            return;
        }

        Check(bytes, head);
        var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, MissingHost = "h"u8 };
        var written = _target.AsSpan(0, HeadWriter.WriteRequest(_target.AsSpan(0, HeadWriter.MaxRequestLength(head, in edits)), bytes, head, in edits));
        var again = Parse(written.ToArray(), out status);
        Must(status == ParseStatus.Complete && again.Length == written.Length, "what was written is not one head: " + again.Error);
        Must((again.Method, again.Framing, again.WantsUpgrade) == (head.Method, head.Framing, head.WantsUpgrade), "what was written means something else");
    }

    private void RunResponse(byte[] bytes)
    {
        var head = new ResponseHead();
        head.Reset();
        if (ResponseParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
        {
            return;
        }

        Check(bytes, head);
        var edits = new ResponseEdits { Chunked = head.Framing.Kind == BodyKind.Chunked };
        var written = _target.AsSpan(0, HeadWriter.WriteResponse(_target.AsSpan(0, HeadWriter.MaxResponseLength(head)), bytes, head, in edits));
        var again = new ResponseHead();
        again.Reset();
        Must(ResponseParser.Parse(written, again, HeadLimits.Default) == ParseStatus.Complete && again.Length == written.Length, "what was written is not one head: " + again.Error);
        Must((again.Status, again.Framing) == (head.Status, head.Framing), "what was written means something else");
    }

    private static RequestHead Parse(byte[] bytes, out ParseStatus status)
    {
        var head = new RequestHead();
        head.Reset();
        status = RequestParser.Parse(bytes, head, HeadLimits.Default);
        return head;
    }

    private static void Check(byte[] bytes, MessageHead head)
    {
        Must(head.Length <= bytes.Length && Encoding.Latin1.GetString(bytes, 0, head.Length).EndsWith("\r\n\r\n", StringComparison.Ordinal), "the head ends elsewhere");
        foreach (var field in head.Fields)
        {
            var line = Encoding.Latin1.GetString(bytes, field.Start, field.End - field.Start);
            Must(line.EndsWith("\r\n", StringComparison.Ordinal) && line[..^2].IndexOfAny(['\r', '\n', '\0']) < 0, "a field has a line end inside");
            Must(line[field.NameLength] == ':' && field.ValueStart + field.ValueLength <= field.End - 2, "a field lies out of its line");
        }
    }

    private static void Must(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
