using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Numerics;
using System.Text;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Heads of both kinds, written anew: what was written fits into what was promised, is one head, and means the same.</summary>
internal sealed class HeadWriterTarget : BytesTarget
{
    private const string MaxForwards = "max-forwards";
    private const int MostHops = 999_999_999;

    // What concerns one connection, and what the writer says itself.
    private static readonly string[] NotPassedOn =
    [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
        "host", "content-length", "forwarded", "via", "x-real-ip", "x-request-id",
    ];

    // Of a sender whose word counts.
    private static readonly ForwardingPlan Trusted = new ForwardingPlan(isTrusted: true)
        .With(KnownField.XForwardedFor, ForwardingMode.Append)
        .With(KnownField.XForwardedProto, ForwardingMode.Append)
        .With(KnownField.XForwardedHost, ForwardingMode.Append)
        .With(KnownField.XForwardedPort, ForwardingMode.Append)
        .With(KnownField.XRealIp, ForwardingMode.Append)
        .With(KnownField.Forwarded, ForwardingMode.Append)
        .With(KnownField.XRequestId, ForwardingMode.Append)
        .With(KnownField.Via, ForwardingMode.Append);

    // What is just within the limits is beyond them with the fields of our own.
    private static readonly HeadLimits WrittenLimits = new(HeadLimits.Default.MaxBytes + 1024, HeadLimits.Default.MaxFields + 16);

    public override string Name => "written-heads";

    public override void Run(byte[] bytes, int most)
    {
        RunRequest(bytes, ForwardingPlan.Default);
        RunRequest(bytes, Trusted);
        RunResponse(bytes);
    }

    private static void RunRequest(byte[] bytes, ForwardingPlan plan)
    {
        var head = new RequestHead();
        if (RequestParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
        {
            return;
        }

        var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, MissingHost = "h"u8, RequestId = "0123456789abcdef"u8, LocalPort = 80, Forwarding = plan };
        var room = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        var written = room.AsSpan(0, HeadWriter.WriteRequest(room, bytes, head, in edits));
        var before = new SlowHead(bytes.AsSpan(head.MethodStart, head.Length - head.MethodStart));
        var after = new SlowHead(written);
        var hops = CheckHops(before, after);
        var again = new RequestHead();
        var status = RequestParser.Parse(written, again, WrittenLimits);
        if (hops == 0)
        {
            Claim.That(again.Error == HttpError.NoForwardsLeft, "it would go on further than it may");
            return;
        }

        Claim.That(status == ParseStatus.Complete && again.Length == written.Length, "what was written is not one head: " + again.Error);
        Claim.That(again.IsHttp11 && again.AuthorityEnd == 0 && again.MethodOf(written).SequenceEqual(head.MethodOf(bytes)), "the request line means something else");
        Claim.That((again.Framing, again.WantsUpgrade) == (head.Framing, head.WantsUpgrade), "the body or the wish to upgrade is another");

        var host = Encoding.Latin1.GetString(head.AuthorityOf(bytes));
        Claim.That(after.Values("host") is [var only] && only.Equals(host.Length > 0 ? host : "h", StringComparison.OrdinalIgnoreCase), "it is for another host");
        Claim.That(after.Framing("HTTP/1.1", BodyFraming.None) == head.Framing, "the body is framed otherwise");
        CheckTarget(before.StartLine, after.StartLine);
        CheckFields(before, after);
        if (plan == Trusted)
        {
            CheckBelieved(before, after);
            return;
        }

        var claims = after.Fields.Where(static field => IsForwarding(field.Name)).Select(static field => $"{field.Name}: {field.Value}");
        Claim.That(claims.SequenceEqual(["x-forwarded-for: 10.0.0.7", "x-forwarded-proto: http"]), "what the client says of itself goes on");
        Claim.That(after.Values("x-request-id") is ["0123456789abcdef"], "the identifier is another");

        if (hops is not null)
        {
            return;
        }

        // In origin form and with a Host, only the forwarding fields are ours, so nothing changes any more but their place.
        var roomAgain = new byte[HeadWriter.MaxRequestLength(written, again, in edits)];
        var lengthAgain = HeadWriter.WriteRequest(roomAgain, written, again, in edits);
        Claim.That(roomAgain.AsSpan(0, lengthAgain).SequenceEqual(written), "written twice, it is another head");
    }

    private static void RunResponse(byte[] bytes)
    {
        var head = new ResponseHead();
        if (ResponseParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
        {
            return;
        }

        var edits = new ResponseEdits { Chunked = head.Framing.Kind == BodyKind.Chunked, Close = head.Fields.Length % 2 == 0, Via = head.Fields.Length % 3 == 0 };
        var room = new byte[HeadWriter.MaxResponseLength(head)];
        var written = room.AsSpan(0, HeadWriter.WriteResponse(room, bytes, head, in edits));
        var again = new ResponseHead();
        Claim.That(ResponseParser.Parse(written, again, WrittenLimits) == ParseStatus.Complete && again.Length == written.Length, "what was written is not one head: " + again.Error);
        Claim.That((again.Status, again.Framing) == (head.Status, head.Framing), "what was written means something else");
        Claim.That(head.Status == 101 || again.IsPersistent == !edits.Close, "it stays open otherwise");

        var before = new SlowHead(bytes.AsSpan(0, head.Length));
        var after = new SlowHead(written);

        // The space before a reason that is not there may lack, and is put there.
        var status = string.Join(' ', before.StartLine.Skip(1));
        var wanted = status.Contains(' ', StringComparison.Ordinal) ? status : status + " ";
        Claim.That(string.Join(' ', after.StartLine.Skip(1)) == wanted, "the status or the reason is another");
        Claim.That(head.Status is not (< 200 or 204) || (after.Values("content-length").Length == 0 && after.Values("transfer-encoding").Length == 0), "a body is announced where there is none");
        Claim.That(head.Status is < 200 or 204 or 304 || after.Framing("HTTP/1.1", BodyFraming.UntilClose) == head.Framing, "the body is framed otherwise");
        CheckFields(before, after);
    }

    private static void CheckBelieved(SlowHead before, SlowHead after)
    {
        CheckList("x-forwarded-for", "10.0.0.7");
        CheckList("via", before.StartLine[2] == "HTTP/1.1" ? "1.1 lbcore" : "1.0 lbcore");
        foreach (var name in new[] { "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "x-request-id", "forwarded" })
        {
            Claim.That(after.Values(name).Length == 1, $"there is not one {name}");
        }

        void CheckList(string name, string ours)
        {
            var values = before.Options.Contains(name) ? [] : before.Values(name).Where(static value => value.Length > 0);
            Claim.That(after.Values(name) is [var list] && list == string.Join(", ", values.Append(ours)), $"{name} is another list");
        }
    }

    /// <summary>Returns how many further hops are left to the request; null when it does not say.</summary>
    private static BigInteger? CheckHops(SlowHead before, SlowHead after)
    {
        if (!IsCounted(before, MaxForwards))
        {
            return null;
        }

        if (before.Options.Contains(MaxForwards))
        {
            Claim.That(after.Values(MaxForwards).Length == 0, "Max-Forwards goes on though Connection names it");
            return null;
        }

        BigInteger? left = before.Values(MaxForwards) is [var count] ? BigInteger.Min(BigInteger.Parse(count, CultureInfo.InvariantCulture), MostHops) - 1 : null;
        Claim.That(string.Join(' ', after.Values(MaxForwards)) == (left?.ToString(CultureInfo.InvariantCulture) ?? ""), "Max-Forwards is not counted down");
        return left;
    }

    private static void CheckTarget(string[] before, string[] after)
    {
        var target = before[1];
        if (target[0] is not ('/' or '*'))
        {
            var path = target.IndexOfAny(['/', '?'], target.IndexOf("://", StringComparison.Ordinal) + 3);
            target = path < 0 ? string.Empty : target[path..];
            target = target.StartsWith('/') ? target : target.Length == 0 && before[0] == "OPTIONS" ? "*" : "/" + target;
        }

        Claim.That(after[0] == before[0] && after[1] == target && after[2] == "HTTP/1.1", $"the request line is '{string.Join(' ', after)}'");
    }

    private static void CheckFields(SlowHead before, SlowHead after)
    {
        var options = before.Options;
        Claim.That(Kept(before, options).SequenceEqual(Kept(after, [])), "other fields go on than came");
        Claim.That(after.Options.All(static option => option is "close" or "keep-alive" or "upgrade" or "te"), "Connection names what is not ours");
        Claim.That(after.Options.Contains("upgrade") || after.Values("upgrade").Length == 0, "Upgrade goes on without Connection");
    }

    private static IEnumerable<(string Name, string Value)> Kept(SlowHead head, string[] options) =>
        head.Fields.Where(field => !NotPassedOn.Contains(field.Name.Replace('_', '-')) && !IsForwarding(field.Name) && !IsCounted(head, field.Name)
            && !IsUnknownToHttp10(head, field.Name) && !options.Contains(field.Name));

    // It stands in another place, with another number.
    private static bool IsCounted(SlowHead head, string name) => name == MaxForwards && head.StartLine[0] is ("OPTIONS" or "TRACE");

    // With any dash an underscore: many backends read both as the same name.
    private static bool IsForwarding(string name) => name.Replace('_', '-').StartsWith("x-forwarded", StringComparison.Ordinal);

    private static bool IsUnknownToHttp10(SlowHead head, string name) => name == "expect" && head.StartLine is [_, _, "HTTP/1.0"];
}
