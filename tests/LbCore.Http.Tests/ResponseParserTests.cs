using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What a response's head must look like. Fields are parsed by the same code as a request's.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ResponseParserTests
{
    /// <summary>Gets heads that are refused, with the reason.</summary>
    public static IEnumerable<TestCaseData> Refused()
    {
        var rule = "RFC 9112 section 4: the status line";
        foreach (var line in new[]
        {
            "HTTP/2.0 200 OK", "HTTP/1.2 200 OK", "http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK!", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK",
            "HTTP/1.1 2x0 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 O\rK", "ICY 200 OK........", "HTTP/1.1 -20 OK",
        })
        {
            yield return Rule.Broken(rule, line + "\r\n\r\n", HttpError.StatusLine);
        }

        // Nothing more may come of somebody who speaks something else.
        foreach (var beginning in new[] { "SSH-2.0-x\r\n", "\u0015\u0003\u0001", "h", "HTTP/2", "HTTP/1.1\r", "HTTP/1.1 0", "HTTP/1.1 20\r" })
        {
            yield return Rule.Broken(rule, beginning, HttpError.StatusLine);
        }

        yield return Rule.Broken(rule, "HTTP/1.1 200 OK\n\n", HttpError.BareLf);
        rule = "RFC 9112 section 5: field lines";
        yield return Fields(rule, "A: b\nC: d\r\n", HttpError.BareLf);
        yield return Fields(rule, "A : b\r\n", HttpError.SpaceBeforeColon);
        rule = "RFC 9112 sections 6.1 to 6.3: framing";
        yield return Fields(rule, "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", HttpError.LengthAndCoding);
        yield return Fields(rule, "Content-Length: 1\r\nContent-Length: 1\r\n", HttpError.ContentLengthRepeated);
        yield return Fields(rule, "Content-Length: 1, 1\r\n", HttpError.ContentLength);
        yield return Fields(rule, "Transfer-Encoding: gzip\r\n", HttpError.UnknownCoding);
        yield return Rule.Broken(rule, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HttpError.TransferEncoding);
        rule = "RFC 9110 section 7.6.1: Connection";
        yield return Fields(rule, "Connection: Content-Length\r\n", HttpError.Connection);
        rule = "RFC 9110 section 7.8: 101";
        yield return Rule.Broken(rule, "HTTP/1.1 101 Switching Protocols\r\n\r\n", HttpError.SwitchingProtocols);
        yield return Rule.Broken(rule, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", HttpError.SwitchingProtocols);
        yield return Rule.Broken(rule, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", HttpError.SwitchingProtocols);
        yield return Rule.Broken(rule, "HTTP/1.0 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", HttpError.SwitchingProtocols);
        rule = "limits";
        yield return Fields(rule, string.Concat(Enumerable.Repeat("A: b\r\n", 101)), HttpError.TooManyFields);
        yield return Fields(rule, $"A: {new string('a', 32 * 1024)}\r\n", HttpError.HeadTooLarge);
    }

    [TestCaseSource(nameof(Refused))]
    public void A_head_that_others_may_read_otherwise_is_refused(string head, HttpError error)
    {
        var bytes = Parsed.Bytes(head);
        Assert.That(Parsed.Response(bytes), Is.EqualTo($"Invalid {error}"));
        Assert.That(Parsed.Response(bytes, Enumerable.Range(1, bytes.Length)), Is.EqualTo($"Invalid {error}"));
    }

    [TestCaseSource(nameof(Refused))]
    public void What_was_refused_stays_refused_whatever_follows(string text, HttpError error)
    {
        var head = new ResponseHead();
        head.Reset();
        var bytes = Parsed.Bytes(text);
        Assert.That(ResponseParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Invalid));
        bytes = [.. bytes, .. "Host: h\r\n\r\n"u8];
        Assert.That((ResponseParser.Parse(bytes, head, HeadLimits.Default), head.Error), Is.EqualTo((ParseStatus.Invalid, error)));
    }

    [TestCase("HTTP/1.1 200 OK\r\n\r\n", 200)]
    [TestCase("HTTP/1.1 200 \r\n\r\n", 200)]
    [TestCase("HTTP/1.1 200\r\n\r\n", 200)]
    [TestCase("HTTP/1.0 404 Nicht da: \u00E4\r\n\r\n", 404)]
    [TestCase("HTTP/1.1 999 Nobody knows\r\n\r\n", 999)]
    [Category("RFC 9112 section 4")]
    public void A_status_line_within_the_rules_is_taken(string head, int status) =>
        Assert.That(Parsed.Response(Parsed.Bytes(head)), Does.StartWith($"{status} "));

    [TestCase(200, "", BodyKind.UntilClose)]
    [TestCase(200, "Content-Length: 5\r\n", BodyKind.Length)]
    [TestCase(200, "Transfer-Encoding: chunked\r\n", BodyKind.Chunked)]
    [TestCase(204, "Content-Length: 5\r\n", BodyKind.None)]
    [TestCase(304, "Content-Length: 5\r\n", BodyKind.None)]
    [TestCase(100, "", BodyKind.None)]
    [TestCase(101, "Connection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n", BodyKind.None)]
    [Category("RFC 9112 section 6.3")]
    public void The_body_is_framed_as_status_and_head_say(int status, string fields, BodyKind kind)
    {
        var head = new ResponseHead();
        head.Reset();
        Assert.That(ResponseParser.Parse(Parsed.Bytes($"HTTP/1.1 {status} X\r\n{fields}\r\n"), head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete));
        Assert.That((head.Framing.Kind, head.IsInterim), Is.EqualTo((kind, status == 100)));
    }

    private static TestCaseData Fields(string rule, string fields, HttpError error) =>
        Rule.Broken(rule, "HTTP/1.1 200 OK\r\n" + fields + "\r\n", error);
}
