using System;
using System.Linq;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>
/// Request or response heads: in any pieces they come to the same end; a slow reader takes the same ones; and what is
/// accepted is made of lines without a gap, whose parts lie in bounds, and says what its text says.
/// </summary>
internal sealed class HeadTarget(bool isRequest) : BytesTarget
{
    // Within reach of a short input.
    private static readonly HeadLimits Tight = new(200, 4, 40);

    // Whatever names them takes them off, but they go no further anyway.
    private static readonly string[] HopByHop = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings"];

    public override string Name => isRequest ? "request-heads" : "response-heads";

    public override void Run(byte[] bytes, int most)
    {
        Run(bytes, most, HeadLimits.Default);
        Run(bytes, most, Tight);
        MessageHead head = isRequest ? new RequestHead() : new ResponseHead();
        var status = head is RequestHead request
            ? RequestParser.Parse(bytes, request, HeadLimits.Default)
            : ResponseParser.Parse(bytes, (ResponseHead)head, HeadLimits.Default);
        Claim.That(status == ParseStatus.Invalid == (head.Error != HttpError.None), "a reason without a refusal, or a refusal without a reason");
        if (status == ParseStatus.Complete)
        {
            CheckLines(bytes, head, isRequest ? CheckRequestLine(bytes, (RequestHead)head) : CheckStatusLine(bytes, (ResponseHead)head));
            CheckMeaning(bytes, head);
        }
    }

    private void Run(byte[] bytes, int most, HeadLimits limits)
    {
        var whole = isRequest ? Parsed.Request(bytes, null, limits) : Parsed.Response(bytes, null, limits);
        foreach (var ends in Splits.Of(bytes, most))
        {
            var pieces = isRequest ? Parsed.Request(bytes, ends, limits) : Parsed.Response(bytes, ends, limits);
            Claim.That(pieces == whole, $"the head reads otherwise in pieces: '{pieces}', not '{whole}'");
        }

        var isTaken = !whole.StartsWith("Invalid", StringComparison.Ordinal) && !whole.StartsWith("Incomplete", StringComparison.Ordinal);
        var isTakenSlowly = isRequest ? SlowReader.TakesRequest(bytes, limits) : SlowReader.TakesResponse(bytes, limits);
        Claim.That(isTaken == isTakenSlowly, $"the slow reader {(isTakenSlowly ? "takes" : "refuses")} what reads as '{whole}'");
    }

    private static void CheckMeaning(byte[] bytes, MessageHead head)
    {
        var start = head is RequestHead { MethodStart: var skipped } ? skipped : 0;
        var slow = new SlowHead(bytes.AsSpan(start, head.Length - start));
        var version = head is RequestHead ? slow.StartLine[2] : slow.StartLine[0];
        Claim.That(head.IsPersistent == slow.IsPersistent(version), "it stays open otherwise");
        Claim.That(head.Fields.Length == slow.Fields.Count, "it has another number of fields");
        var options = slow.Options;
        for (var i = 0; i < head.Fields.Length; i++)
        {
            var name = slow.Fields[i].Name;
            Claim.That(head.Fields[i].IsHopByHop || (!HopByHop.Contains(name) && !options.Contains(name)), $"'{name}' would go on");
        }

        if (head is RequestHead request)
        {
            var hosts = slow.Values("host");
            Claim.That(hosts.Length == 1 || (hosts.Length == 0 && version == "HTTP/1.0"), "there is not one Host");
            Claim.That(head.Framing == slow.Framing(version, BodyFraming.None), "the body is framed otherwise");
            Claim.That(request.AuthorityEnd > 0 || slow.StartLine[1][0] == '/' || slow.StartLine[1] == "*", "a target without authority begins elsewhere");
            return;
        }

        var status = ((ResponseHead)head).Status;
        Claim.That(slow.StartLine[1].TrimEnd() == status.ToString(System.Globalization.CultureInfo.InvariantCulture), "the status is another");
        Claim.That(head.Framing == (status is < 200 or 204 or 304 ? BodyFraming.None : slow.Framing(version, BodyFraming.UntilClose)), "the body is framed otherwise");
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
