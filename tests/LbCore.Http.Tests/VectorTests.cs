using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using LbCore.TestKit.Vectors;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>The vectors under <c>tests/vectors</c> by the parsers alone, whole and one byte after the other.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class VectorTests
{
    public static IEnumerable<TestCaseData> Requests() => Cases(VectorFiles.Requests);

    public static IEnumerable<TestCaseData> Responses() => Cases(VectorFiles.Responses);

    [TestCaseSource(nameof(Requests))]
    public void A_request_is_taken_or_refused(RequestVector vector, bool byteByByte)
    {
        var bytes = Piece.Join(vector.Send);
        var wanted = vector.Seen.Take(vector.LbCore.Status >= 400 ? vector.Before : int.MaxValue)
            .Select(static seen => $"{seen.Method} {seen.Body}")
            .Append(vector.LbCore.Status >= 400 ? vector.LbCore.Status.ToString(CultureInfo.InvariantCulture) : "end");
        Assert.That(ReadRequests(bytes, byteByByte), Is.EqualTo(wanted));
    }

    [TestCaseSource(nameof(Responses))]
    public void A_response_is_taken_or_refused(ResponseVector vector, bool byteByByte)
    {
        var isRefused = vector.LbCore.Status == 502 || vector.LbCore.Cut;
        Assert.That(
            ReadResponse(Piece.Join(vector.Answer), Piece.Join(vector.Request).AsSpan().StartsWith("HEAD "u8), byteByByte),
            Is.EqualTo(isRefused ? "refused" : $"{vector.LbCore.Status} {vector.Client!.Body}"));
    }

    private static IEnumerable<TestCaseData> Cases(IEnumerable<Vector> vectors) =>
        from vector in vectors
        where !vector.BeyondParser
        from byteByByte in new[] { false, true }
        select new TestCaseData(vector, byteByByte).SetArgDisplayNames(vector.Name, byteByByte ? "byte by byte" : "whole");

    /// <summary>Reads requests until one is refused or says close, or the bytes end.</summary>
    private static List<string> ReadRequests(byte[] bytes, bool byteByByte)
    {
        var read = new List<string>();
        while (bytes.Length > 0 && !bytes.AsSpan().SequenceEqual("\r\n"u8))
        {
            var head = new RequestHead();
            if (Parse(bytes, byteByByte, seen => RequestParser.Parse(seen, head, HeadLimits.Default)) != ParseStatus.Complete)
            {
                return [.. read, HttpErrors.StatusOf(head.Error).ToString(CultureInfo.InvariantCulture)];
            }

            var behind = bytes[head.Length..];
            var (body, length, error) = Decode(behind, head.Framing, byteByByte);
            if (error != HttpError.None)
            {
                return [.. read, HttpErrors.StatusOf(error).ToString(CultureInfo.InvariantCulture)];
            }

            read.Add($"{Encoding.Latin1.GetString(head.MethodOf(bytes))} {body}");
            if (!head.IsPersistent)
            {
                break;
            }

            bytes = behind[length..];
        }

        return [.. read, "end"];
    }

    private static string ReadResponse(byte[] bytes, bool answersHead, bool byteByByte)
    {
        while (true)
        {
            var head = new ResponseHead();
            if (Parse(bytes, byteByByte, seen => ResponseParser.Parse(seen, head, HeadLimits.Default)) != ParseStatus.Complete)
            {
                return "refused";
            }

            bytes = bytes[head.Length..];
            if (!head.IsInterim)
            {
                var (body, _, error) = Decode(bytes, answersHead ? BodyFraming.None : head.Framing, byteByByte);
                return error == HttpError.None ? $"{head.Status} {body}" : "refused";
            }
        }
    }

    private static ParseStatus Parse(byte[] bytes, bool byteByByte, Func<byte[], ParseStatus> parse)
    {
        // Of a head that is above the limit the last bytes tell, and thousands of copies of it tell no more.
        const int split = 4096;
        var status = ParseStatus.Incomplete;
        for (var length = byteByByte ? 1 : bytes.Length; length <= bytes.Length && status == ParseStatus.Incomplete; length += length < split ? 1 : 997)
        {
            status = parse(bytes[..length]);
        }

        return status == ParseStatus.Incomplete ? parse(bytes) : status;
    }

    private static (string Body, int Length, HttpError Error) Decode(byte[] bytes, BodyFraming framing, bool byteByByte)
    {
        var decoder = new BodyDecoder(framing);
        var body = new StringBuilder();
        var position = 0;
        while (!decoder.IsEnded && position < bytes.Length)
        {
            if (!decoder.TryNext(bytes.AsSpan(position, byteByByte ? 1 : bytes.Length - position), out var skipped, out var data))
            {
                return (body.ToString(), position, decoder.Error);
            }

            body.Append(Encoding.Latin1.GetString(bytes, position + skipped, data));
            position += skipped + data;
        }

        return (body.ToString(), position, HttpError.None);
    }
}
