using System;
using System.Globalization;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Whatever the bytes are, good or bad, and wherever they are cut: the result is the same.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class SplitPropertyTests
{
    private const int Samples = 20_000;

    [Test]
    public void Any_split_of_a_request_head_parses_the_same() => Gen.Select(HeadGenerator.Requests, HeadGenerator.Cuts, HeadGenerator.Limits).Sample(
        static (bytes, cuts, limits) => Parsed.Request(bytes, cuts, limits) == Parsed.Request(bytes, null, limits),
        iter: Samples,
        print: Show);

    [Test]
    public void Any_split_of_a_response_head_parses_the_same() => Gen.Select(HeadGenerator.Responses, HeadGenerator.Cuts, HeadGenerator.Limits).Sample(
        static (bytes, cuts, limits) => Parsed.Response(bytes, cuts, limits) == Parsed.Response(bytes, null, limits),
        iter: Samples,
        print: Show);

    [Test]
    public void Any_split_of_random_bytes_parses_the_same() => Gen.Select(Gen.Byte.Array[0, 80], HeadGenerator.Cuts).Sample(
        static (bytes, cuts) => Parsed.Request(bytes, cuts) == Parsed.Request(bytes)
            && Parsed.Response(bytes, cuts) == Parsed.Response(bytes)
            && Parsed.Body(bytes, BodyFraming.Chunked, cuts) == Parsed.Body(bytes, BodyFraming.Chunked),
        iter: Samples);

    [Test]
    public void Any_split_of_a_chunked_body_decodes_to_its_data() => Gen.Select(ChunkGenerator.Bodies, HeadGenerator.Cuts).Sample(
        static (body, cuts) => Parsed.Body([.. body.Bytes, .. "next"u8], BodyFraming.Chunked, cuts) == $"ended at {body.Bytes.Length}: {body.Data}",
        iter: Samples);

    [Test]
    public void Any_split_of_a_spoilt_chunked_body_ends_the_same() => Gen.Select(ChunkGenerator.Spoilt, HeadGenerator.Cuts).Sample(
        static (bytes, cuts) => Parsed.Body(bytes, BodyFraming.Chunked, cuts) == Parsed.Body(bytes, BodyFraming.Chunked),
        iter: Samples,
        print: static sample => $"{HeadGenerator.Show(sample.Item1)} cut at {string.Join(',', sample.Item2)}");

    [Test]
    public void Any_split_of_a_body_of_known_length_decodes_to_its_first_bytes() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 250], HeadGenerator.Cuts).Sample(
            static (bytes, length, cuts) =>
            {
                var there = Math.Min(length, bytes.Length);
                return Parsed.Body(bytes, BodyFraming.OfLength(length), cuts)
                    == $"{(there == length ? "ended" : "goes on")} at {there}: {System.Text.Encoding.Latin1.GetString(bytes, 0, there)}";
            },
            iter: Samples);

    [Test]
    public void Any_split_of_a_body_until_the_close_decodes_to_all_of_it() => Gen.Select(Gen.Byte.Array[0, 200], HeadGenerator.Cuts).Sample(
        static (bytes, cuts) => Parsed.Body(bytes, BodyFraming.UntilClose, cuts) == $"goes on at {bytes.Length}: {System.Text.Encoding.Latin1.GetString(bytes)}",
        iter: Samples);

    private static string Show((byte[] Bytes, int[] Cuts, HeadLimits Limits) sample) => string.Create(
        CultureInfo.InvariantCulture, $"{HeadGenerator.Show(sample.Bytes)} cut at {string.Join(',', sample.Cuts)}, {sample.Limits}");
}
