using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace LbCore.Http.Tests;

/// <summary>Parses bytes as they come in pieces, and describes everything that came of it, to be compared.</summary>
internal static class Parsed
{
    public static string Request(byte[] bytes, IEnumerable<int>? cuts = null, HeadLimits? limits = null)
    {
        var head = new RequestHead();
        head.Reset();
        var status = Feed(bytes, cuts, seen => RequestParser.Parse(seen, head, limits ?? HeadLimits.Default));
        return status != ParseStatus.Complete ? $"{status} {head.Error}" : string.Create(
            CultureInfo.InvariantCulture,
            $"{head.Method} {head.MethodStart}+{head.MethodLength} {head.TargetStart}+{head.TargetLength} {head.AuthorityStart}-{head.AuthorityEnd} {head.HostIndex} {head.ExpectsContinue} {head.WantsUpgrade} {Common(head)}");
    }

    public static string Response(byte[] bytes, IEnumerable<int>? cuts = null, HeadLimits? limits = null)
    {
        var head = new ResponseHead();
        head.Reset();
        var status = Feed(bytes, cuts, seen => ResponseParser.Parse(seen, head, limits ?? HeadLimits.Default));
        return status != ParseStatus.Complete ? $"{status} {head.Error}" : string.Create(
            CultureInfo.InvariantCulture, $"{head.Status} {head.StatusStart} {head.StatusLineEnd} {Common(head)}");
    }

    /// <summary>Decodes a body and says how it ended, where, and what its data was.</summary>
    public static string Body(byte[] bytes, BodyFraming framing, IEnumerable<int>? cuts = null)
    {
        var decoder = new BodyDecoder(framing);
        var data = new StringBuilder();
        var position = 0;
        foreach (var end in Ends(bytes, cuts))
        {
            while (!decoder.IsEnded && position < end)
            {
                if (!decoder.TryNext(bytes.AsSpan(position, end - position), out var skipped, out var length))
                {
                    return $"{decoder.Error}: {data}";
                }

                if (skipped < 0 || length < 0 || skipped + length == 0)
                {
                    throw new InvalidOperationException("The decoder stands still or goes back.");
                }

                data.Append(Encoding.Latin1.GetString(bytes, position + skipped, length));
                position += skipped + length;
            }
        }

        return $"{(decoder.IsEnded ? "ended" : "goes on")} at {position}: {data}";
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Common(MessageHead head) => string.Create(
        CultureInfo.InvariantCulture,
        $"{head.Length} {head.IsHttp11} {head.Connection} {head.Framing} {head.IsPersistent} {string.Join(';', head.Fields.ToArray().Select(static f => $"{f.Start},{f.NameLength},{f.ValueStart},{f.ValueLength},{f.End},{f.Known},{f.IsHopByHop}"))}");

    private static ParseStatus Feed(byte[] bytes, IEnumerable<int>? cuts, Parser parse)
    {
        var status = ParseStatus.Incomplete;
        foreach (var end in Ends(bytes, cuts))
        {
            // A copy each time: nothing may be kept of where the bytes lay before.
            status = parse(bytes.AsSpan(0, end).ToArray());
            if (status != ParseStatus.Incomplete)
            {
                break;
            }
        }

        return status;
    }

    private static IEnumerable<int> Ends(byte[] bytes, IEnumerable<int>? cuts) =>
        (cuts ?? []).Select(cut => cut % (bytes.Length + 1)).Order().Append(bytes.Length);

    private delegate ParseStatus Parser(ReadOnlySpan<byte> seen);
}
