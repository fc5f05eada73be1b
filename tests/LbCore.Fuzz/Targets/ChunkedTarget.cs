using System;
using LbCore.Http;

namespace LbCore.Fuzz.Targets;

/// <summary>
/// Chunked bodies: byte by byte they come to the same end and the same data as in one piece, never beyond the bytes there
/// are, and what is refused stays refused.
/// </summary>
internal sealed class ChunkedTarget : IFuzzTarget
{
    public string Name => "chunked-bodies";

    public void Run(string text)
    {
        var bytes = Escapes.ToBytes(text);
        if (Read(bytes, bytes.Length) != Read(bytes, 1))
        {
            throw new InvalidOperationException("the body reads otherwise byte by byte");
        }
    }

    private static (ParseStatus Status, HttpError Error, int Position, long Data) Read(byte[] bytes, int step)
    {
        var scanner = default(ChunkedScanner);
        var position = 0;
        long sum = 0;
        var status = ParseStatus.Incomplete;
        while (status == ParseStatus.Incomplete && position < bytes.Length)
        {
            var seen = bytes.AsSpan(position, Math.Min(step, bytes.Length - position));
            status = scanner.Next(seen, out var framing, out var data);
            Claim.That(framing >= 0 && data >= 0 && framing + data <= seen.Length, "more was read than there is");
            Claim.That(status != ParseStatus.Incomplete || framing + data > 0, "it stands still");
            foreach (var value in seen.Slice(framing, data))
            {
                sum = (sum * 31) + value;
            }

            position += framing + data;
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
