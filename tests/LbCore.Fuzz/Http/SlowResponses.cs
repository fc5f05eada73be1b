using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>Reads what answers some requests, from its text and with no regard to speed: a second opinion.</summary>
internal static class SlowResponses
{
    /// <summary>Returns each whole response with where it ends, up to the first that is refused, unfinished, or the last on its connection.</summary>
    /// <param name="methods">A letter a request: H for HEAD, any other for GET.</param>
    /// <param name="bytes">All that the backend sends before it ends its stream.</param>
    public static List<string> Read(string methods, byte[] bytes)
    {
        var responses = new List<string>();
        var left = bytes;
        var answered = 0;
        while (answered < methods.Length && SlowReader.TakesResponse(left))
        {
            var length = left.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            var head = new SlowHead(left.AsSpan(0, length));
            left = left[length..];
            var status = head.StartLine[1];
            if (status is ['1', _, _] and not "101")
            {
                Add(BodyKind.None, "");
                continue;
            }

            var hasNoBody = methods[answered++] == 'H' || status is "101" or "204" or "304";
            var framing = hasNoBody ? BodyFraming.None : head.Framing(head.StartLine[0], BodyFraming.UntilClose);
            var isLast = status == "101" || framing.Kind == BodyKind.UntilClose || !head.IsPersistent(head.StartLine[0]);
            if (TakeBody(ref left, framing) is not { } body)
            {
                break;
            }

            Add(framing.Kind, body);
            if (isLast)
            {
                break;
            }

            void Add(BodyKind kind, string data) => responses.Add(string.Create(
                CultureInfo.InvariantCulture, $"{status} {kind} {head.Fields.Count} until {bytes.Length - left.Length}: {data}"));
        }

        return responses;
    }

    private static string? TakeBody(ref byte[] bytes, BodyFraming framing)
    {
        if (framing.Kind != BodyKind.UntilClose)
        {
            return SlowPipeline.TakeBody(ref bytes, framing);
        }

        var body = Encoding.Latin1.GetString(bytes);
        bytes = [];
        return body;
    }
}
