using System.Collections.Generic;
using System.Linq;

namespace LbCore.Fuzz.Http;

/// <summary>
/// What one client sends on one connection: requests with their bodies, one behind the other. In any pieces they are the
/// same requests, and a slow reader finds the same ones: no byte of a body ever begins a request, and none of a request a body.
/// </summary>
internal sealed class PipelineTarget : BytesTarget
{
    public override string Name => "request-pipelines";

    public override void Run(byte[] bytes, int most)
    {
        var whole = FastPipeline.Read(bytes, [bytes.Length]);
        foreach (var ends in Splits.Of(bytes, most))
        {
            var pieces = FastPipeline.Read(bytes, ends);
            Claim.That(pieces.SequenceEqual(whole), $"the requests are others in pieces: {Join(pieces)}, not {Join(whole)}");
        }

        // The last entry says how the reading ended, which the slow reader does not know.
        var slow = SlowPipeline.Read(bytes);
        Claim.That(whole.SkipLast(1).SequenceEqual(slow), $"the slow reader finds {Join(slow)}, not {Join(whole)}");
    }

    private static string Join(IEnumerable<string> requests) => string.Join(" | ", requests.Select(static request => '\'' + request + '\''));
}
