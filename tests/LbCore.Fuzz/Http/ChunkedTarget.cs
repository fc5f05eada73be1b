using System;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>
/// Chunked bodies: in any pieces they come to the same end and the same data, never beyond the bytes there are, what is
/// refused stays refused, and a slow decoder ends the same ones in the same place with the same data.
/// </summary>
internal sealed class ChunkedTarget : BytesTarget
{
    public override string Name => "chunked-bodies";

    public override void Run(byte[] bytes, int most)
    {
        var whole = Parsed.Body(bytes, BodyFraming.Chunked);
        var slow = SlowChunks.Decode(bytes);
        Claim.That((whole.StartsWith("ended", StringComparison.Ordinal) ? whole : null) == slow, $"the slow decoder says '{slow}', not '{whole}'");
        var scanned = Scan(bytes, [bytes.Length]);
        foreach (var ends in Splits.Of(bytes, most))
        {
            Claim.That(Parsed.Body(bytes, BodyFraming.Chunked, ends) == whole, "the body decodes otherwise in pieces");
            Claim.That(Scan(bytes, ends) == scanned, "the body reads otherwise in pieces");
        }
    }

    private static (ParseStatus Status, HttpError Error, int Position, long Data) Scan(byte[] bytes, int[] ends)
    {
        var scanner = default(ChunkedScanner);
        var position = 0;
        long sum = 0;
        var status = ParseStatus.Incomplete;
        foreach (var end in ends)
        {
            while (status == ParseStatus.Incomplete && position < end)
            {
                var seen = bytes.AsSpan(position..end);
                status = scanner.Next(seen, out var framing, out var data);
                Claim.That(framing >= 0 && data >= 0 && framing + data <= seen.Length, "more was read than there is");
                Claim.That(status != ParseStatus.Incomplete || framing + data > 0, "it stands still");
                foreach (var value in seen.Slice(framing, data))
                {
                    sum = (sum * 31) + value;
                }

                position += framing + data;
            }
        }

        if (status != ParseStatus.Incomplete)
        {
            var error = scanner.Error;
            var isSame = scanner.Next("0\r\n\r\n"u8, out var more, out var moreData) == status && scanner.Error == error;
            Claim.That(isSame && more == 0 && moreData == 0, "it goes on behind its end");
        }

        return (status, scanner.Error, position, sum);
    }
}
