using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>
/// Bytes as real programs send them, each whole at its last byte and not before, and bytes as attackers send them, each
/// refused for the reason that its file is named after.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class CorpusTests
{
    private static readonly byte[][] Followers = [.. new[] { "\0", "\r\n", "\n", " ", ":", "GET / HTTP/1.1\r\n", "0\r\n\r\n" }.Select(Parsed.Bytes)];

    public static IEnumerable<TestCaseData> Requests() => Files("requests", "valid");

    public static IEnumerable<TestCaseData> Responses() => Files("responses", "valid");

    public static IEnumerable<TestCaseData> Chunked() => Files("chunked", "valid");

    public static IEnumerable<TestCaseData> RefusedRequests() => Files("requests", "invalid");

    public static IEnumerable<TestCaseData> RefusedResponses() => Files("responses", "invalid");

    public static IEnumerable<TestCaseData> RefusedChunked() => Files("chunked", "invalid");

    [TestCaseSource(nameof(Requests))]
    public void A_request_is_incomplete_at_every_prefix_and_whole_at_its_end(string file) =>
        CheckHead(File.ReadAllBytes(file), static (bytes, cuts) => Parsed.Request(bytes, cuts));

    [TestCaseSource(nameof(Responses))]
    public void A_response_is_incomplete_at_every_prefix_and_whole_at_its_end(string file) =>
        CheckHead(File.ReadAllBytes(file), static (bytes, cuts) => Parsed.Response(bytes, cuts));

    [TestCaseSource(nameof(Chunked))]
    public void A_body_goes_on_at_every_prefix_and_ends_at_its_end(string file)
    {
        var bytes = File.ReadAllBytes(file);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.That(Parsed.Body(bytes[..length], BodyFraming.Chunked), Does.StartWith($"goes on at {length}: "));
        }

        var whole = Parsed.Body(bytes, BodyFraming.Chunked);
        Assert.That(whole, Does.StartWith($"ended at {bytes.Length}: "));
        Assert.That(Parsed.Body(bytes, BodyFraming.Chunked, Everywhere(bytes)), Is.EqualTo(whole));
        foreach (var follower in Followers)
        {
            Assert.That(Parsed.Body([.. bytes, .. follower], BodyFraming.Chunked), Is.EqualTo(whole));
        }
    }

    [TestCaseSource(nameof(RefusedRequests))]
    public void A_request_is_refused_for_the_reason_in_its_name(string file) =>
        CheckRefused(file, static (bytes, cuts) => Parsed.Request(bytes, cuts), static reason => $"Invalid {reason}");

    [TestCaseSource(nameof(RefusedResponses))]
    public void A_response_is_refused_for_the_reason_in_its_name(string file) =>
        CheckRefused(file, static (bytes, cuts) => Parsed.Response(bytes, cuts), static reason => $"Invalid {reason}");

    [TestCaseSource(nameof(RefusedChunked))]
    public void A_body_is_refused_for_the_reason_in_its_name(string file) => CheckRefused(
        file,
        static (bytes, cuts) => Parsed.Body(bytes, BodyFraming.Chunked, cuts).Split(':')[0],
        static reason => reason);

    [TestCaseSource(nameof(Requests))]
    public void A_request_is_taken_by_the_slow_reader_too(string file) => Assert.That(SlowReader.TakesRequest(File.ReadAllBytes(file)), Is.True);

    [TestCaseSource(nameof(Responses))]
    public void A_response_is_taken_by_the_slow_reader_too(string file) => Assert.That(SlowReader.TakesResponse(File.ReadAllBytes(file)), Is.True);

    [TestCaseSource(nameof(RefusedRequests))]
    public void A_request_is_refused_by_the_slow_reader_too(string file) => Assert.That(SlowReader.TakesRequest(File.ReadAllBytes(file)), Is.False);

    [TestCaseSource(nameof(RefusedResponses))]
    public void A_response_is_refused_by_the_slow_reader_too(string file) => Assert.That(SlowReader.TakesResponse(File.ReadAllBytes(file)), Is.False);

    private static void CheckHead(byte[] bytes, Func<byte[], IEnumerable<int>?, string> parse)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.That(parse(bytes[..length], null), Is.EqualTo("Incomplete None"));
        }

        // What lies behind a head changes nothing of it, its length least of all.
        var whole = parse(bytes, null);
        Assert.That(whole, Does.Contain($" {bytes.Length} "));
        Assert.That(parse(bytes, Everywhere(bytes)), Is.EqualTo(whole));
        foreach (var follower in Followers)
        {
            Assert.That(parse([.. bytes, .. follower], null), Is.EqualTo(whole));
        }
    }

    private static void CheckRefused(string file, Func<byte[], IEnumerable<int>?, string> parse, Func<string, string> expected)
    {
        var bytes = File.ReadAllBytes(file);
        var refused = expected(Path.GetFileName(file).Split('.')[0]);
        Assert.That(parse(bytes, null), Is.EqualTo(refused));
        Assert.That(parse(bytes, Everywhere(bytes)), Is.EqualTo(refused));
    }

    private static IEnumerable<int> Everywhere(byte[] bytes) => Enumerable.Range(1, bytes.Length);

    private static IEnumerable<TestCaseData> Files(string kind, string judgement) =>
        from file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", kind, judgement))
        orderby file
        select new TestCaseData(file).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file));
}
