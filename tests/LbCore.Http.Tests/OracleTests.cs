using System;
using System.Text;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Bytes are taken exactly when a slow reader, written from the grammar, takes them.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class OracleTests
{
    private const int Samples = 30_000;
    private const int Wrapped = 1000;

    [Test]
    public void A_request_is_taken_exactly_when_a_slow_reader_takes_it() => Gen.Select(HeadGenerator.Requests, HeadGenerator.Limits).Sample(
        static (bytes, limits) => IsTaken(Parsed.Request(bytes, null, limits)) == SlowReader.TakesRequest(bytes, limits),
        iter: Samples,
        print: Show);

    [Test]
    public void A_response_is_taken_exactly_when_a_slow_reader_takes_it() => Gen.Select(HeadGenerator.Responses, HeadGenerator.Limits).Sample(
        static (bytes, limits) => IsTaken(Parsed.Response(bytes, null, limits)) == SlowReader.TakesResponse(bytes, limits),
        iter: Samples,
        print: Show);

    [Test]
    public void An_address_in_brackets_is_a_host_exactly_when_the_grammar_has_it()
    {
        var taken = 0;
        Gen.OneOf("::", ":", "0", "1:", "ab:", "FFFF:", "12345:", "1:2:3:4:5:6:7", ":8", "::1", "192.0.2.7", "01.2.3.4", "1.2.3", ".256", "0x1", "v1.", "V", "%25a")
            .Array[1, 9].Sample(
                pieces =>
                {
                    var bytes = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: [{string.Concat(pieces)}]\r\n\r\n");
                    var isTaken = IsTaken(Parsed.Request(bytes));
                    taken += isTaken ? 1 : 0;
                    return isTaken == SlowReader.TakesRequest(bytes, HeadLimits.Default);
                },
                iter: Samples,
                threads: 1,
                print: string.Concat);
        Assert.That(taken, Is.InRange(Samples / 100, Samples / 2));
    }

    [Test]
    public void A_chunked_body_ends_exactly_where_a_slow_decoder_ends_it() =>
        ChunkGenerator.Spoilt.Sample(EndsWhereASlowDecoderEndsIt, iter: Samples, print: HeadGenerator.Show);

    [Test]
    public void A_chunked_body_with_much_in_extensions_is_refused_exactly_when_a_slow_decoder_refuses_it()
    {
        var ended = 0;
        ChunkGenerator.Wrapped.Sample(
            bytes =>
            {
                ended += SlowChunks.Decode(bytes) is null ? 0 : 1;
                return EndsWhereASlowDecoderEndsIt(bytes);
            },
            iter: Wrapped,
            threads: 1,
            print: HeadGenerator.Show);
        Assert.That(ended, Is.InRange(Wrapped / 10, Wrapped * 9 / 10));
    }

    [Test]
    public void Enough_of_what_is_made_is_taken_and_enough_is_not()
    {
        // Otherwise the properties would say little.
        var seen = 0;
        var taken = 0;
        HeadGenerator.Requests.Sample(
            bytes =>
            {
                seen++;
                taken += SlowReader.TakesRequest(bytes) ? 1 : 0;
            },
            iter: 2000,
            threads: 1);
        Assert.That(taken, Is.InRange(seen / 10, seen * 9 / 10));
    }

    private static bool EndsWhereASlowDecoderEndsIt(byte[] bytes)
    {
        var result = Parsed.Body(bytes, BodyFraming.Chunked);
        return (result.StartsWith("ended", StringComparison.Ordinal) ? result : null) == SlowChunks.Decode(bytes);
    }

    private static bool IsTaken(string result) =>
        !result.StartsWith("Invalid", StringComparison.Ordinal) && !result.StartsWith("Incomplete", StringComparison.Ordinal);

    private static string Show((byte[] Bytes, HeadLimits Limits) sample) => $"{HeadGenerator.Show(sample.Bytes)} {sample.Limits}";
}
