using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Whatever has a bound is taken at the bound and refused one above it.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LimitTests
{
    private const string Start = "GET / HTTP/1.1\r\nHost: h\r\n";

    [Test]
    public void A_head_may_have_as_many_bytes_as_the_limit_and_more_may_lie_behind_it()
    {
        var head = Parsed.Bytes(Start + "\r\n");
        var limits = new HeadLimits(head.Length, 10);
        var whole = Parsed.Request(head, null, limits);
        Assert.That(whole, Does.Contain($" {head.Length} "));
        Assert.That(Parsed.Request([.. head, .. "more"u8], null, limits), Is.EqualTo(whole));
        Assert.That(Parsed.Request(head, null, limits with { MaxBytes = head.Length - 1 }), Is.EqualTo("Invalid HeadTooLarge"));
    }

    [Test]
    public void A_head_that_fills_the_limit_without_an_end_waits_for_nothing()
    {
        var bytes = Parsed.Bytes(Start);
        Assert.That(Parsed.Request(bytes, null, new HeadLimits(bytes.Length, 10)), Is.EqualTo("Invalid HeadTooLarge"));
        Assert.That(Parsed.Request(bytes, null, new HeadLimits(bytes.Length + 1, 10)), Is.EqualTo("Incomplete None"));
        Assert.That(Parsed.Response(Parsed.Bytes("HTTP/1.1 200 OK"), null, new HeadLimits(15, 10)), Is.EqualTo("Invalid HeadTooLarge"));
    }

    [Test]
    public void A_request_line_that_fills_the_limit_is_told_from_a_head_that_does()
    {
        var bytes = Parsed.Bytes("GET /aaaa HTTP/1.1\r\n");
        Assert.That(Parsed.Request(bytes, null, new HeadLimits(bytes.Length - 1, 10)), Is.EqualTo("Invalid TargetTooLong"));
        Assert.That(Parsed.Request(bytes, null, new HeadLimits(bytes.Length, 10)), Is.EqualTo("Invalid HeadTooLarge"));
    }

    [TestCase("/1234567", 8, false)]
    [TestCase("/12345678", 8, true)]
    [TestCase("http://h", 8, false)]
    [TestCase("http://h/", 8, true)]
    public void A_target_has_up_to_as_many_bytes_as_its_limit_wherever_it_is_cut(string target, int limit, bool refused)
    {
        var bytes = Parsed.Bytes($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.That(Parsed.Request(bytes, [cut], new HeadLimits(1000, 10, limit)) == "Invalid TargetTooLong", Is.EqualTo(refused), $"cut at {cut}");
        }
    }

    [Test]
    public void A_target_that_is_too_long_is_refused_before_its_end_and_whatever_comes_behind()
    {
        var limits = new HeadLimits(1000, 10, 4);
        Assert.That(Parsed.Request(Parsed.Bytes("GET /123"), null, limits), Is.EqualTo("Incomplete None"));
        Assert.That(Parsed.Request(Parsed.Bytes("GET /1234"), null, limits), Is.EqualTo("Invalid TargetTooLong"));
        Assert.That(Parsed.Request(Parsed.Bytes("GET /1234\n"), null, limits), Is.EqualTo("Invalid TargetTooLong"));
        Assert.That(Parsed.Request(Parsed.Bytes("GET /123\n"), null, limits), Is.EqualTo("Invalid RequestLine"));
    }

    [Test]
    public void The_empty_line_before_a_request_counts()
    {
        var head = Parsed.Bytes("\r\n" + Start + "\r\n");
        Assert.That(Parsed.Request(head, null, new HeadLimits(head.Length - 1, 10)), Is.EqualTo("Invalid HeadTooLarge"));
        Assert.That(Parsed.Request(head, null, new HeadLimits(head.Length, 10)), Does.Contain($" {head.Length} "));
    }

    [TestCase(100, false)]
    [TestCase(101, true)]
    public void A_head_has_up_to_100_fields(int fields, bool refused)
    {
        var head = "GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", fields)) + "\r\n";
        Assert.That(Parsed.Request(Parsed.Bytes(head)) == "Invalid TooManyFields", Is.EqualTo(refused));
    }

    [TestCase(64, false)]
    [TestCase(65, true)]
    public void A_method_has_up_to_64_characters(int length, bool refused) =>
        Assert.That(Parsed.Request(Parsed.Bytes(new string('M', length) + Start[3..] + "\r\n")) == "Invalid Method", Is.EqualTo(refused));

    [TestCase(32, false)]
    [TestCase(33, true)]
    public void Connection_names_up_to_32_fields_and_any_number_of_options(int names, bool refused)
    {
        var list = string.Join(',', Enumerable.Range(0, names).Select(static i => $"x{i},close,keep-alive"));
        Assert.That(Parsed.Request(Parsed.Bytes($"{Start}Connection: {list}\r\n\r\n")) == "Invalid Connection", Is.EqualTo(refused));
    }

    [TestCase(18, false)]
    [TestCase(19, true)]
    public void A_length_has_up_to_18_digits(int digits, bool refused) => Assert.That(
        Parsed.Request(Parsed.Bytes($"{Start}Content-Length: {new string('9', digits)}\r\n\r\n")) == "Invalid ContentLength", Is.EqualTo(refused));

    [TestCase(15, 1024, "goes on")]
    [TestCase(16, 1024, "ChunkSize")]
    [TestCase(15, 1025, "ChunkExtension")]
    public void A_chunk_has_up_to_15_digits_and_1024_bytes_of_extensions(int digits, int extension, string result) => Assert.That(
        Parsed.Body(Parsed.Bytes($"{new string('f', digits)};{new string('x', extension)}\r\nabc"), BodyFraming.Chunked), Does.StartWith(result));

    [TestCase(1, 16, "ended")]
    [TestCase(1, 17, "ChunkExtension")]
    [TestCase(1024, 1000, "ended")]
    public void Extensions_of_all_chunks_may_be_16_KiB_more_than_their_data_and_16_bytes_a_chunk(int data, int chunks, string result)
    {
        // Beside one byte of data 1,000 bytes too many, beside 1,024 of them none.
        var extension = new string('x', data == 1 ? 16 + 1 + 1000 : 1024);
        var body = string.Concat(Enumerable.Repeat($"{data:x};{extension}\r\n{new string('a', data)}\r\n", chunks));
        Assert.That(Parsed.Body(Parsed.Bytes(body + "0\r\n\r\n"), BodyFraming.Chunked), Does.StartWith(result));
    }

    [TestCase(8192, "ended")]
    [TestCase(8193, "TrailersTooLarge")]
    public void Trailers_have_up_to_8_KiB_together(int bytes, string result)
    {
        // What counts is everything up to each line's CR; the lines here have 4 bytes and the last one the rest.
        var trailers = string.Concat(Enumerable.Repeat("A:b\r\n", 50)) + "B:" + new string('b', bytes - 200 - 3) + "\r\n";
        Assert.That(Parsed.Body(Parsed.Bytes($"0\r\n{trailers}\r\n"), BodyFraming.Chunked), Does.StartWith(result));
    }

    [Test]
    public void Each_chunk_has_its_own_bound_of_extensions()
    {
        var chunk = $"1;{new string('x', 1024)}\r\na\r\n";
        Assert.That(Parsed.Body(Parsed.Bytes(chunk + chunk + "0\r\n\r\n"), BodyFraming.Chunked), Does.EndWith(": aa"));
    }
}
