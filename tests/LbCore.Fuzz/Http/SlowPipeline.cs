using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>Reads requests one behind the other, from their text and with no regard to speed: a second opinion.</summary>
internal static class SlowPipeline
{
    /// <summary>Returns each whole request, up to the first that is refused, unfinished, or the last on its connection.</summary>
    public static List<string> Read(byte[] bytes)
    {
        var requests = new List<string>();
        while (SlowReader.TakesRequest(bytes))
        {
            var skipped = bytes.AsSpan().StartsWith("\r\n"u8) ? 2 : 0;
            var length = bytes.AsSpan(skipped).IndexOf("\r\n\r\n"u8) + 4;
            var head = new SlowHead(bytes.AsSpan(skipped, length));
            var version = head.StartLine[2];
            var framing = head.Framing(version, BodyFraming.None);
            bytes = bytes[(skipped + length)..];
            if (TakeBody(ref bytes, framing) is not { } body)
            {
                break;
            }

            requests.Add($"{head.StartLine[0]} {head.StartLine[1]} {framing.Kind} {head.Fields.Count}: {body}");
            if (!head.IsPersistent(version))
            {
                break;
            }
        }

        return requests;
    }

    /// <summary>Takes a body that says its end from the beginning of the bytes. Returns its data; null when it does not end there.</summary>
    public static string? TakeBody(ref byte[] bytes, BodyFraming framing)
    {
        if (framing.Kind != BodyKind.Chunked)
        {
            if (framing.Length > bytes.Length)
            {
                return null;
            }

            var body = Encoding.Latin1.GetString(bytes, 0, (int)framing.Length);
            bytes = bytes[(int)framing.Length..];
            return body;
        }

        // "ended at LENGTH: DATA"
        const int lengthAt = 9;
        if (SlowChunks.Decode(bytes) is not { } decoded)
        {
            return null;
        }

        var colon = decoded.IndexOf(':', StringComparison.Ordinal);
        bytes = bytes[int.Parse(decoded.AsSpan(lengthAt, colon - lengthAt), CultureInfo.InvariantCulture)..];
        return decoded[(colon + 2)..];
    }
}
