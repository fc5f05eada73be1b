using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Chunked bodies (RFC 9112 section 7.1), and bodies of other framings.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ChunkedScannerTests
{
    /// <summary>Gets bodies that are refused, with the reason.</summary>
    public static IEnumerable<TestCaseData> Refused()
    {
        var rule = "RFC 9112 section 7.1: sizes";
        foreach (var size in new[] { "\r\n", " 3\r\n", "3 \r\n", "0x3\r\n", "-3\r\n", "+3\r\n", "g\r\n", "3\n", "3\rx", "3\t;a\r\n", "ffffffffffffffff\r\n", "0000000000000003\r\n", "3,\r\n" })
        {
            yield return Rule.Broken(rule, size + "abc\r\n0\r\n\r\n", HttpError.ChunkSize);
        }

        rule = "RFC 9112 section 7.1.1: extensions";
        yield return Rule.Broken(rule, "3;a\nb\r\nabc\r\n0\r\n\r\n", HttpError.ChunkExtension);
        yield return Rule.Broken(rule, "3;a\0\r\nabc\r\n", HttpError.ChunkExtension);
        yield return Rule.Broken(rule, $"3;{new string('a', 2000)}\r\nabc\r\n", HttpError.ChunkExtension);
        yield return Rule.Broken(rule, "3;a\rb\r\nabc\r\n", HttpError.ChunkSize);
        rule = "RFC 9112 section 7.1: data";
        yield return Rule.Broken(rule, "3\r\nabcd\r\n0\r\n\r\n", HttpError.ChunkEnd);
        yield return Rule.Broken(rule, "3\r\nabc\n0\r\n\r\n", HttpError.ChunkEnd);
        yield return Rule.Broken(rule, "3\r\nabc\rx", HttpError.ChunkEnd);
        rule = "RFC 9112 section 7.1.2: trailers";
        foreach (var trailer in new[] { "A\r\n\r\n", "A : b\r\n\r\n", " A: b\r\n\r\n", ": b\r\n\r\n", "A: b\n\r\n", "A: b\0\r\n\r\n", "A: b\r\n c\r\n\r\n", "\n", "A: b\rx" })
        {
            yield return Rule.Broken(rule, "0\r\n" + trailer, HttpError.Trailer);
        }

        yield return Rule.Broken(rule, $"0\r\n{string.Concat(Enumerable.Repeat("A:\r\n", 101))}\r\n", HttpError.TrailersTooLarge);
        yield return Rule.Broken(rule, $"0\r\nA: {new string('a', 9000)}\r\n\r\n", HttpError.TrailersTooLarge);
    }

    [TestCaseSource(nameof(Refused))]
    public void A_body_that_others_may_read_otherwise_is_refused(string body, HttpError error)
    {
        var bytes = Parsed.Bytes(body);
        Assert.That(Parsed.Body(bytes, BodyFraming.Chunked), Does.StartWith($"{error}: "));
        Assert.That(Parsed.Body(bytes, BodyFraming.Chunked, Enumerable.Range(1, bytes.Length)), Does.StartWith($"{error}: "));
    }

    [TestCaseSource(nameof(Refused))]
    public void What_was_refused_stays_refused_whatever_follows(string body, HttpError error)
    {
        var decoder = new BodyDecoder(BodyFraming.Chunked);
        var rest = Parsed.Bytes(body);
        int framing;
        int data;
        while (decoder.TryNext(rest, out framing, out data))
        {
            rest = rest[(framing + data)..];
        }

        for (var value = 0; value < 256; value++)
        {
            var good = decoder.TryNext([(byte)value], out framing, out data);
            Assert.That((good, framing, data, decoder.Error), Is.EqualTo((false, 0, 0, error)));
        }
    }

    [TestCase("0\r\n\r\n", "")]
    [TestCase("000\r\n\r\n", "")]
    [TestCase("3\r\nabc\r\n0\r\n\r\n", "abc")]
    [TestCase("A\r\n0123456789\r\n1\r\n\r\r\n0\r\n\r\n", "0123456789\r")]
    [TestCase("3;a;b=c;d=\"e f\"\r\nabc\r\n0;x\r\n\r\n", "abc")]
    [TestCase("3\r\n\r\n0\r\n0\r\nA: b\r\nC:\r\n\r\n", "\r\n0")]
    [Category("RFC 9112 section 7.1")]
    public void Data_is_found_and_everything_else_left_out(string body, string data)
    {
        var bytes = Parsed.Bytes(body + "GET / HTTP/1.1\r\n");
        Assert.That(Parsed.Body(bytes, BodyFraming.Chunked), Is.EqualTo($"ended at {body.Length}: {data}"));
    }

    [Test]
    public void Every_prefix_of_a_good_body_goes_on()
    {
        var bytes = Parsed.Bytes("5;x=y\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nT: v\r\n\r\n");
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.That(Parsed.Body(bytes[..length], BodyFraming.Chunked), Does.StartWith($"goes on at {length}: "));
        }
    }

    [Test]
    public void A_size_of_15_digits_is_no_overflow()
    {
        var scanner = default(ChunkedScanner);
        Assert.That(scanner.Next(Parsed.Bytes("fffffffffffffff\r\nabc"), out var framing, out var data), Is.EqualTo(ParseStatus.Incomplete));
        Assert.That((framing, data), Is.EqualTo((17, 3)));
    }

    [Test]
    public void A_body_of_known_length_ends_where_it_ends() =>
        Assert.That(Parsed.Body(Parsed.Bytes("hello, world"), BodyFraming.OfLength(5), [2, 5]), Is.EqualTo("ended at 5: hello"));

    [TestCase(int.MaxValue + 1L)]
    [TestCase(uint.MaxValue + 1L)]
    [TestCase(999_999_999_999_999_999)]
    public void A_length_may_be_more_than_32_bits_hold(long length) =>
        Assert.That(Parsed.Body(Parsed.Bytes("hello"), BodyFraming.OfLength(length)), Is.EqualTo("goes on at 5: hello"));

    [Test]
    public void A_body_until_the_close_takes_everything() =>
        Assert.That(Parsed.Body(Parsed.Bytes("hello"), BodyFraming.UntilClose, [2]), Is.EqualTo("goes on at 5: hello"));

    [Test]
    public void No_body_takes_nothing() => Assert.That(Parsed.Body(Parsed.Bytes("hello"), BodyFraming.None), Is.EqualTo("ended at 0: "));
}
