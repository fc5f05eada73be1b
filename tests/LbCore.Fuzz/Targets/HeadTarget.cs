using System;
using LbCore.Http;

namespace LbCore.Fuzz.Targets;

/// <summary>
/// Request or response heads: byte by byte they come to the same end as in one piece, and what is accepted is made of
/// lines without a gap, whose parts lie in bounds and have no line end, NUL or white space where none may be.
/// </summary>
internal sealed class HeadTarget(bool isRequest) : IFuzzTarget
{
    public string Name => isRequest ? "request-heads" : "response-heads";

    public void Run(string text)
    {
        var bytes = Escapes.ToBytes(text);
        var head = Parse(bytes, step: Math.Max(1, bytes.Length), out var status);
        var again = Parse(bytes, step: 1, out var statusAgain);
        Claim.That((statusAgain, again.Error, again.Length) == (status, head.Error, head.Length), "the head reads otherwise byte by byte");
        Claim.That(status == ParseStatus.Invalid == (head.Error != HttpError.None), "a reason without a refusal, or a refusal without a reason");
        if (status != ParseStatus.Complete)
        {
            return;
        }

        Claim.That(again.Fields.Length == head.Fields.Length && again.Framing == head.Framing && again.Connection == head.Connection, "the fields read otherwise byte by byte");
        CheckLines(bytes, head, head is RequestHead request ? CheckRequestLine(bytes, request) : CheckStatusLine(bytes, (ResponseHead)head));
    }

    private MessageHead Parse(byte[] bytes, int step, out ParseStatus status)
    {
        MessageHead head = isRequest ? new RequestHead() : new ResponseHead();
        var end = 0;
        do
        {
            end = Math.Min(end + step, bytes.Length);
            var seen = bytes.AsSpan(0, end);
            status = head is RequestHead request
                ? RequestParser.Parse(seen, request, HeadLimits.Default)
                : ResponseParser.Parse(seen, (ResponseHead)head, HeadLimits.Default);
        }
        while (status == ParseStatus.Incomplete && end < bytes.Length);
        return head;
    }

    private static int CheckRequestLine(byte[] bytes, RequestHead head)
    {
        Claim.That(head.MethodStart is 0 or 2 && head.TargetStart == head.MethodStart + head.MethodLength + 1, "the method and the target lie apart");
        Claim.That(!head.MethodOf(bytes).ContainsAnyExceptInRange((byte)0x21, (byte)0x7E), "the method is not visible ASCII");
        Claim.That(!head.TargetOf(bytes).IsEmpty && !head.TargetOf(bytes).ContainsAnyExceptInRange((byte)0x21, (byte)0x7E), "the target is not visible ASCII");
        var end = head.TargetStart + head.TargetLength;
        Claim.That(bytes.AsSpan(end).StartsWith(head.IsHttp11 ? " HTTP/1.1\r\n"u8 : " HTTP/1.0\r\n"u8), "the version is another");
        Claim.That(head.AuthorityEnd == 0 || (head.AuthorityStart > head.TargetStart && head.AuthorityStart < head.AuthorityEnd && head.AuthorityEnd <= end), "the authority lies out of the target");
        Claim.That(head.Framing.Kind is BodyKind.None or BodyKind.Length or BodyKind.Chunked && head.Framing.Length >= 0, "a request cannot be framed so");
        return end + 11;
    }

    private static int CheckStatusLine(byte[] bytes, ResponseHead head)
    {
        Claim.That(head.Status is >= 100 and <= 999 && head.StatusStart + 3 < head.StatusLineEnd, "the status lies out of its line");
        CheckText(bytes.AsSpan(head.StatusStart, head.StatusLineEnd - 2 - head.StatusStart));
        Claim.That(bytes.AsSpan(head.StatusLineEnd - 2).StartsWith("\r\n"u8), "the status line does not end there");
        return head.StatusLineEnd;
    }

    private static void CheckLines(byte[] bytes, MessageHead head, int start)
    {
        foreach (ref readonly var field in head.Fields)
        {
            Claim.That(field.Start == start && field.NameLength > 0 && bytes[field.Start + field.NameLength] == ':', "a field begins elsewhere");
            Claim.That(!bytes.AsSpan(field.Start, field.NameLength).ContainsAnyExceptInRange((byte)0x21, (byte)0x7E), "a name is not visible ASCII");
            Claim.That(field.ValueStart > field.Start + field.NameLength && field.ValueLength >= 0 && field.ValueStart + field.ValueLength <= field.End - 2, "a value lies out of its line");
            var value = MessageHead.ValueOf(bytes, in field);
            CheckText(value);
            Claim.That(value.Trim(" \t"u8).Length == value.Length, "a value has white space around it");
            Claim.That(bytes.AsSpan(field.End - 2).StartsWith("\r\n"u8), "a field does not end there");
            start = field.End;
        }

        Claim.That(bytes.AsSpan(start).StartsWith("\r\n"u8) && head.Length == start + 2, "the head ends elsewhere");
    }

    private static void CheckText(ReadOnlySpan<byte> text) => Claim.That(text.IndexOfAny("\r\n\0"u8) < 0, "there is a line end or NUL inside");
}
