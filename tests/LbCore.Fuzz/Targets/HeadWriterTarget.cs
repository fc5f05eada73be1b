using System;
using LbCore.Http;

namespace LbCore.Fuzz.Targets;

/// <summary>Heads of both kinds, written anew: what was written fits into what was promised, is one head, and means the same.</summary>
internal sealed class HeadWriterTarget : IFuzzTarget
{
    public string Name => "written-heads";

    public void Run(string text)
    {
        var bytes = Escapes.ToBytes(text);
        RunRequest(bytes);
        RunResponse(bytes);
    }

    private static void RunRequest(byte[] bytes)
    {
        var head = new RequestHead();
        if (RequestParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
        {
            return;
        }

        var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, MissingHost = "h"u8 };
        var room = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        var written = room.AsSpan(0, HeadWriter.WriteRequest(room, bytes, head, in edits));
        var again = new RequestHead();
        Claim.That(RequestParser.Parse(written, again, HeadLimits.Default) == ParseStatus.Complete && again.Length == written.Length, "what was written is not one head: " + again.Error);
        Claim.That(again.IsHttp11 && again.AuthorityEnd == 0 && again.MethodOf(written).SequenceEqual(head.MethodOf(bytes)), "the request line means something else");
        Claim.That((again.Framing, again.WantsUpgrade) == (head.Framing, head.WantsUpgrade), "the body or the wish to upgrade is another");

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

        var edits = new ResponseEdits { Chunked = head.Framing.Kind == BodyKind.Chunked, Close = head.Fields.Length % 2 == 0 };
        var room = new byte[HeadWriter.MaxResponseLength(head)];
        var written = room.AsSpan(0, HeadWriter.WriteResponse(room, bytes, head, in edits));
        var again = new ResponseHead();
        Claim.That(ResponseParser.Parse(written, again, HeadLimits.Default) == ParseStatus.Complete && again.Length == written.Length, "what was written is not one head: " + again.Error);
        Claim.That((again.Status, again.Framing) == (head.Status, head.Framing), "what was written means something else");
    }
}
