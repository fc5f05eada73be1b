using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Whatever the bytes are, good or bad, and wherever they are cut: the result is the same.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class SplitPropertyTests
{
    private const int Samples = 20_000;

    private const string Stumbles = "\r\n\t :,;\0/*#@1\u007F\u00E9-Hh";

    private static readonly HeadLimits SmallLimits = new(200, 6);

    private static readonly Gen<int[]> Cuts = Gen.Int[0, 2000].Array[0, 6];

    [Test]
    public void Any_split_of_a_request_head_parses_the_same() => Gen.Select(Mutated("requests"), Cuts, Gen.Bool).Sample(
        static (bytes, cuts, small) => Parsed.Request(bytes, cuts, small ? SmallLimits : null) == Parsed.Request(bytes, null, small ? SmallLimits : null),
        iter: Samples,
        print: Print);

    [Test]
    public void Any_split_of_a_response_head_parses_the_same() => Gen.Select(Mutated("responses"), Cuts, Gen.Bool).Sample(
        static (bytes, cuts, small) => Parsed.Response(bytes, cuts, small ? SmallLimits : null) == Parsed.Response(bytes, null, small ? SmallLimits : null),
        iter: Samples,
        print: Print);

    [Test]
    public void Any_split_of_a_chunked_body_decodes_to_its_data() => Gen.Select(Gen.Byte.Array[0, 300].Array[0, 6], Gen.Int[0, 2], Cuts).Sample(
        static (chunks, style, cuts) =>
        {
            var body = Encode(chunks, style);
            var data = Encoding.Latin1.GetString(chunks.SelectMany(static chunk => chunk).ToArray());
            return Parsed.Body([.. body, .. "next"u8], BodyFraming.Chunked, cuts) == $"ended at {body.Length}: {data}";
        },
        iter: Samples);

    [Test]
    public void Any_split_of_a_spoilt_chunked_body_ends_the_same() =>
        Gen.Select(Gen.Byte.Array[0, 40].Array[0, 4], Gen.Int[0, 2], Gen.Select(Gen.Int[0, 500], Gen.Byte).Array[1, 3], Cuts).Sample(
            static (chunks, style, changes, cuts) =>
            {
                var body = Encode(chunks, style);
                foreach (var (at, value) in changes)
                {
                    body[at % body.Length] = value;
                }

                return Parsed.Body(body, BodyFraming.Chunked, cuts) == Parsed.Body(body, BodyFraming.Chunked);
            },
            iter: Samples);

    [Test]
    public void A_head_is_taken_exactly_when_a_slow_reader_takes_it() => Mutated("requests").Sample(
        static bytes => Parsed.Request(bytes) switch
        {
            var result when result.StartsWith("Invalid", StringComparison.Ordinal) => !SlowReader.Takes(bytes),
            "Incomplete None" => !SlowReader.Takes(bytes),
            _ => SlowReader.Takes(bytes),
        },
        iter: Samples,
        print: static bytes => Encoding.Latin1.GetString(bytes).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));

    /// <summary>Makes heads of the corpus with a few bytes changed, doubled or taken out, mostly to what parsers stumble over.</summary>
    private static Gen<byte[]> Mutated(string folder)
    {
        var seeds = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", folder)).Order().Select(File.ReadAllBytes).ToArray();
        var value = Gen.OneOf(Gen.Byte, Gen.Int[0, Stumbles.Length - 1].Select(static i => (byte)Stumbles[i]));
        var changes = Gen.Select(Gen.Int[0, 2000], value, Gen.Int[0, 3]).Array[0, 3];
        return Gen.Select(Gen.Int[0, seeds.Length - 1], changes, (seed, changes) =>
        {
            var bytes = new List<byte>(seeds[seed]);
            foreach (var (at, to, kind) in changes)
            {
                var index = at % (bytes.Count + 1);
                if (kind == 0 || index == bytes.Count)
                {
                    bytes.Insert(index, to);
                }
                else if (kind == 1)
                {
                    bytes.RemoveAt(index);
                }
                else
                {
                    bytes[index] = to;
                }
            }

            return bytes.ToArray();
        });
    }

    private static byte[] Encode(byte[][] chunks, int style)
    {
        var body = new List<byte>();
        foreach (var chunk in chunks.Where(static chunk => chunk.Length > 0))
        {
            var size = chunk.Length.ToString(style == 0 ? "x" : "X4", CultureInfo.InvariantCulture);
            body.AddRange(Encoding.ASCII.GetBytes(size + (style == 2 ? ";name=\"value\"\r\n" : "\r\n")));
            body.AddRange(chunk);
            body.AddRange("\r\n"u8);
        }

        body.AddRange(Encoding.ASCII.GetBytes(style == 2 ? "0;last\r\nTrailer: value\r\nOther:\r\n\r\n" : "0\r\n\r\n"));
        return [.. body];
    }

    private static string Print((byte[] Bytes, int[] Cuts, bool Small) sample) =>
        $"{Encoding.Latin1.GetString(sample.Bytes).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)} cut at {string.Join(',', sample.Cuts)}, small {sample.Small}";
}
