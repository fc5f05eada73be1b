using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Heads as real programs send them: each is whole at its last byte and not before.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class CorpusTests
{
    public static IEnumerable<TestCaseData> Requests() => Files("requests");

    public static IEnumerable<TestCaseData> Responses() => Files("responses");

    [TestCaseSource(nameof(Requests))]
    public void A_request_is_incomplete_at_every_prefix_and_whole_at_its_end(byte[] bytes) =>
        Check(bytes, static seen => Parsed.Request(seen), static (seen, cuts) => Parsed.Request(seen, cuts));

    [TestCaseSource(nameof(Responses))]
    public void A_response_is_incomplete_at_every_prefix_and_whole_at_its_end(byte[] bytes) =>
        Check(bytes, static seen => Parsed.Response(seen), static (seen, cuts) => Parsed.Response(seen, cuts));

    [TestCaseSource(nameof(Requests))]
    public void A_request_means_the_same_when_it_has_been_written_anew(byte[] bytes)
    {
        var before = Parse(bytes);
        var after = Parse(Parsed.Bytes(HeadWriterTests.WriteRequest(System.Text.Encoding.Latin1.GetString(bytes))));
        Assert.That((after.Method, after.Framing, after.ExpectsContinue, after.WantsUpgrade), Is.EqualTo((before.Method, before.Framing, before.ExpectsContinue, before.WantsUpgrade)));
    }

    private static RequestHead Parse(byte[] bytes)
    {
        var head = new RequestHead();
        head.Reset();
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), head.Error.ToString());
        return head;
    }

    private static void Check(byte[] bytes, Func<byte[], string> parse, Func<byte[], IEnumerable<int>, string> parseCut)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.That(parse(bytes[..length]), Is.EqualTo("Incomplete None"));
        }

        // What lies behind a head changes nothing of it, its length least of all.
        var whole = parse(bytes);
        Assert.That(whole, Does.Contain($" {bytes.Length} "));
        Assert.That(parse([.. bytes, .. "\0\r\nnext"u8]), Is.EqualTo(whole));
        Assert.That(parseCut(bytes, Enumerable.Range(1, bytes.Length)), Is.EqualTo(whole));
    }

    private static IEnumerable<TestCaseData> Files(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", folder))
        orderby file
        select new TestCaseData(File.ReadAllBytes(file)).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file));
}
