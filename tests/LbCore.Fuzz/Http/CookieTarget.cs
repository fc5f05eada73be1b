using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>
/// Cookies: a line with names and commas between, and each further line is a Cookie field of a request and a Set-Cookie field of
/// a response. A slow reader finds the same cookies; those of the names, and no others, are cut, and the head does not grow.
/// Nothing is allocated.
/// </summary>
internal sealed partial class CookieTarget : BytesTarget
{
    private const int MostNames = 3;

    // What is just within the limits is beyond them with the fields of our own.
    private static readonly HeadLimits WrittenLimits = new(HeadLimits.Default.MaxBytes + 1024, HeadLimits.Default.MaxFields + 16);

    public override string Name => "cookies";

    public override void Run(byte[] bytes, int most)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        var names = lines[0].Split(',').Where(static name => Token().IsMatch(name)).Take(MostNames).ToArray();
        var fields = lines[1..].Select(static line => line.Trim(' ', '\t')).ToArray();
        var request = new RequestHead();
        if (Heads.Request("Cookie", fields, request) is { } head)
        {
            CheckFound(head, request, fields, names);
            CheckCut(head, request, fields, names);
        }

        var response = new ResponseHead();
        if (names.Length > 0 && Heads.Response("Set-Cookie", fields, response) is { } answer)
        {
            var slow = SlowCookies.Set(fields, names[0]);
            var isFound = SetCookie.TryFind(answer, response, Parsed.Bytes(names[0]), out var cookie);
            Claim.That(isFound == slow is not null && (!isFound || (Text(cookie.Value), cookie.IsRemoval) == slow), $"the slow reader says it is set to {slow}");
        }
    }

    private static void CheckFound(byte[] head, RequestHead request, string[] fields, string[] names)
    {
        var slow = SlowCookies.Read(fields);
        Claim.That(Walk(head, request).SequenceEqual(slow), "the slow reader finds other cookies: " + string.Join(' ', slow));
        foreach (var name in names)
        {
            var wanted = Parsed.Bytes(name);
            var values = slow.Where(cookie => cookie.Name == name).Select(static cookie => cookie.Value).ToArray();
            var list = new CookieList(head, request);
            foreach (var value in values)
            {
                Claim.That(list.TryNext(wanted, out var cookie) && Text(cookie.Value) == value && Text(cookie.Name) == name, $"{name} is not found as '{value}'");
            }

            Claim.That(!list.TryNext(wanted, out _) && !list.TryNext(wanted, out _), $"{name} is found too often");
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isFound = CookieList.TryFind(head, request, wanted, out _);
            Claim.That(GC.GetAllocatedBytesForCurrentThread() == before, "to find a cookie allocates");
            Claim.That(isFound == values.Length > 0, $"the first {name} is not found as the others are");
        }
    }

    private static void CheckCut(byte[] head, RequestHead request, string[] fields, string[] names)
    {
        var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, DroppedCookies = new CookieNames(names) };
        var room = new byte[HeadWriter.MaxRequestLength(head, request, in edits)];
        var whole = HeadWriter.WriteRequest(room, head, request, new RequestEdits { ForwardedFor = "10.0.0.7"u8 });
        var before = GC.GetAllocatedBytesForCurrentThread();
        var length = HeadWriter.WriteRequest(room, head, request, in edits);
        Claim.That(GC.GetAllocatedBytesForCurrentThread() == before, "to cut cookies allocates");
        Claim.That(length <= whole, "the head has grown");

        var written = room[..length];
        var after = new SlowHead(written);
        Claim.That(after.Values("cookie").SequenceEqual(SlowCookies.Cut(fields, names)), "other fields are left: " + string.Join(" | ", after.Values("cookie")));
        Claim.That(after.Values("a").Length == fields.Length, "other fields are gone");
        var again = new RequestHead();
        Claim.That(RequestParser.Parse(written, again, WrittenLimits) == ParseStatus.Complete, "what was written is no head");
        Claim.That(Walk(written, again).SequenceEqual(Walk(head, request).Where(cookie => !names.Contains(cookie.Name))), "other cookies are left than were not to be cut");
    }

    private static List<(string Name, string Value)> Walk(byte[] bytes, RequestHead head)
    {
        var found = new List<(string Name, string Value)>();
        var list = new CookieList(bytes, head);
        while (list.TryNext(out var cookie))
        {
            found.Add((Text(cookie.Name), Text(cookie.Value)));
        }

        return found;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+\z")]
    private static partial Regex Token();
}
