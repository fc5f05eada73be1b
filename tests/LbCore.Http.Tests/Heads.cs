using System.Collections.Generic;
using System.Linq;

namespace LbCore.Http.Tests;

/// <summary>Makes and parses heads of which only some fields matter.</summary>
internal static class Heads
{
    /// <summary>Returns the bytes of a request with fields of one name; null when they are refused.</summary>
    public static byte[]? Request(string name, IEnumerable<string> values, RequestHead head)
    {
        head.Reset();
        var bytes = Parsed.Bytes("GET / HTTP/1.1\r\nHost: h\r\n" + Lines(name, values));
        return RequestParser.Parse(bytes, head, HeadLimits.Default) == ParseStatus.Complete ? bytes : null;
    }

    /// <summary>Returns the bytes of a response with fields of one name; null when they are refused.</summary>
    public static byte[]? Response(string name, IEnumerable<string> values, ResponseHead head)
    {
        head.Reset();
        var bytes = Parsed.Bytes("HTTP/1.1 200 OK\r\n" + Lines(name, values));
        return ResponseParser.Parse(bytes, head, HeadLimits.Default) == ParseStatus.Complete ? bytes : null;
    }

    private static string Lines(string name, IEnumerable<string> values) => string.Concat(values.Select(value => $"{name}: {value}\r\nA: b\r\n")) + "\r\n";
}
