using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Fuzz.Http;

/// <summary>
/// What one backend sends on one connection: the responses to some requests, named by letters in a first line. In any pieces
/// they are the same responses, and a slow reader finds the same ones with the same ends: no byte of a body ever begins a
/// response. Behind what was refused nothing is read.
/// </summary>
internal sealed class ResponsePipelineTarget : BytesTarget
{
    private const int MostRequests = 8;

    public override string Name => "response-pipelines";

    public override void Run(byte[] bytes, int most)
    {
        // Without the line, as in a corpus of responses, all requests are GET.
        var end = bytes.AsSpan(0, Math.Min(MostRequests + 1, bytes.Length)).IndexOf((byte)'\n');
        var methods = end < 0 ? new string('G', MostRequests) : Encoding.Latin1.GetString(bytes, 0, end);
        var sent = bytes[(end + 1)..];
        var whole = FastResponses.Read(methods, sent, [sent.Length]);
        foreach (var ends in Splits.Of(sent, most))
        {
            var pieces = FastResponses.Read(methods, sent, ends);
            Claim.That(pieces.SequenceEqual(whole), $"the responses are others in pieces: {Join(pieces)}, not {Join(whole)}");
        }

        // The last entry says how the reading ended, which the slow reader does not know.
        var slow = SlowResponses.Read(methods, sent);
        Claim.That(whole.SkipLast(1).SequenceEqual(slow), $"the slow reader finds {Join(slow)}, not {Join(whole)}");
        if (whole[^1].StartsWith("refused", StringComparison.Ordinal))
        {
            byte[] more = [.. sent, .. "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8];
            Claim.That(FastResponses.Read(methods, more, [more.Length]).SequenceEqual(whole), "what follows a refused response is read");
        }
    }

    private static string Join(IEnumerable<string> responses) => string.Join(" | ", responses.Select(static response => '\'' + response + '\''));
}
