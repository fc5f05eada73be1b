using System;
using System.IO;
using System.Text;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Whatever is taken can be written, within what was promised, as a slow writer writes it, and means the same afterwards.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class WritePropertyTests
{
    private const int Samples = 30_000;

    [Test]
    public void A_request_that_was_written_means_the_same() =>
        Gen.Select(HeadGenerator.Requests, Gen.OneOf("::1", "10.0.0.7", "2001:db8:1111:2222:3333:4444:5555:6666"), Gen.Bool).Sample(
            CheckRequest,
            iter: Samples,
            print: static sample => HeadGenerator.Show(sample.Item1));

    [Test]
    public void A_response_that_was_written_means_the_same() =>
        Gen.Select(HeadGenerator.Responses, Gen.Bool, Gen.Bool, Gen.Bool).Sample(
            CheckResponse,
            iter: Samples,
            print: static sample => HeadGenerator.Show(sample.Item1));

    [TestCaseSource(typeof(CorpusTests), nameof(CorpusTests.Requests))]
    public void A_real_request_that_was_written_means_the_same(string file) => CheckRequest(File.ReadAllBytes(file), "10.0.0.7", isHttps: false);

    [TestCaseSource(typeof(CorpusTests), nameof(CorpusTests.Responses))]
    public void A_real_response_that_was_written_means_the_same(string file) =>
        CheckResponse(File.ReadAllBytes(file), chunked: true, close: true, keepAlive: false);

    private static void CheckRequest(byte[] bytes, string forwardedFor, bool isHttps)
    {
        var head = new RequestHead();
        if (RequestParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
        {
            return;
        }

        var edits = new RequestEdits { ForwardedFor = Parsed.Bytes(forwardedFor), MissingHost = "[::1]:80"u8, IsHttps = isHttps };
        var room = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        var written = room[..HeadWriter.WriteRequest(room, bytes, head, in edits)];
        Assert.That(Encoding.Latin1.GetString(written), Is.EqualTo(SlowWriter.Request(bytes, head, forwardedFor, "[::1]:80", isHttps)));

        var again = new RequestHead();
        Assert.That(RequestParser.Parse(written, again, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), again.Error.ToString());
        Assert.That(again.Length, Is.EqualTo(written.Length));
        Assert.That(again.MethodOf(written).SequenceEqual(head.MethodOf(bytes)), Is.True);
        Assert.That((again.IsHttp11, again.AuthorityEnd, again.Framing, again.WantsUpgrade), Is.EqualTo((true, 0, head.Framing, head.WantsUpgrade)));
    }

    private static void CheckResponse(byte[] bytes, bool chunked, bool close, bool keepAlive)
    {
        var head = new ResponseHead();
        if (ResponseParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
        {
            return;
        }

        // A body until the close may be sent in chunks, but nothing that has a length or no body.
        var edits = new ResponseEdits { Chunked = chunked && head.Framing.Kind is BodyKind.Chunked or BodyKind.UntilClose, Close = close, SayKeepAlive = keepAlive };
        var room = new byte[HeadWriter.MaxResponseLength(head)];
        var written = room[..HeadWriter.WriteResponse(room, bytes, head, in edits)];
        Assert.That(Encoding.Latin1.GetString(written), Is.EqualTo(SlowWriter.Response(bytes, head, edits)));

        var again = new ResponseHead();
        Assert.That(ResponseParser.Parse(written, again, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), again.Error.ToString());
        var framing = edits.Chunked ? BodyFraming.Chunked : head.Framing.Kind == BodyKind.Chunked ? BodyFraming.UntilClose : head.Framing;
        Assert.That((again.Length, again.Status, again.Framing), Is.EqualTo((written.Length, head.Status, framing)));
        Assert.That(again.Status == 101 || again.IsPersistent == !close, Is.True);
    }
}
