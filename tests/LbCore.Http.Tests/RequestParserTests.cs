using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What a request's head must look like, rule by rule.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RequestParserTests
{
    private const string Host = "Host: h\r\n";

    /// <summary>Gets heads that are refused, with the reason.</summary>
    public static IEnumerable<TestCaseData> Refused()
    {
        var rule = "RFC 9112 section 3: the request line";
        yield return Case(rule, "GET  / HTTP/1.1\r\n", HttpError.RequestLine);
        yield return Case(rule, "GET /  HTTP/1.1\r\n", HttpError.RequestLine);
        yield return Case(rule, "GET\t/ HTTP/1.1\r\n", HttpError.Method);
        yield return Case(rule, " GET / HTTP/1.1\r\n", HttpError.Method);
        yield return Case(rule, "GET /\r\n", HttpError.RequestLine);
        yield return Rule.Broken(rule, "GET / \r\n", HttpError.RequestLine);
        yield return Rule.Broken(rule, "GET / HTTP\r\n", HttpError.RequestLine);
        yield return Rule.Broken(rule, "GET / HTTP/1.\n", HttpError.RequestLine);
        yield return Case(rule, "GET\r\n", HttpError.RequestLine);
        yield return Case(rule, "GET / http/1.1\r\n", HttpError.RequestLine);
        yield return Case(rule, "GET / HTTP/1.1 \r\n", HttpError.RequestLine);
        yield return Case(rule, "GET / HTTP/11.1\r\n", HttpError.RequestLine);
        yield return Case(rule, "GET / HTTP/1.2\r\n", HttpError.Version);
        yield return Case(rule, "GET / HTTP/2.0\r\n", HttpError.Version);
        yield return Case(rule, "PRI * HTTP/2.0\r\n", HttpError.Version);
        yield return Case(rule, "GET / HTTP/1.1\n" + Host, HttpError.BareLf);
        yield return Case(rule, "\r\n\r\nGET / HTTP/1.1\r\n", HttpError.RequestLine);
        yield return Case(rule, "\nGET / HTTP/1.1\r\n", HttpError.RequestLine);
        yield return Case(rule, "\rGET / HTTP/1.1\r\n", HttpError.RequestLine);

        rule = "RFC 9110 section 9.1: the method is a token";
        yield return Case(rule, "G(T / HTTP/1.1\r\n", HttpError.Method);
        yield return Case(rule, "G\0T / HTTP/1.1\r\n", HttpError.Method);
        yield return Case(rule, "\u0016\u0003\u0001 / HTTP/1.1\r\n", HttpError.Method);
        yield return Case(rule, new string('A', 65) + " / HTTP/1.1\r\n", HttpError.Method);

        rule = "RFC 9112 section 3.2: the target";
        yield return Case(rule, "GET /a\u00E9 HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET /\0 HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET /a#b HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET /a\tb HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET a HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET * HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET ftp://h/ HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET http:/// HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET http://user@h/ HTTP/1.1\r\n", HttpError.Target);
        yield return Case(rule, "GET h:80 HTTP/1.1\r\n", HttpError.Target);
        foreach (var authority in new[] { ":80", "h:80:90", "h:x", "[::1", "[]", "[::1]h", "a\\b", "@h" })
        {
            yield return Case(rule, $"GET http://{authority}/ HTTP/1.1\r\nHost: {authority}\r\n", HttpError.Target);
        }

        yield return Case(rule, "CONNECT h:80 HTTP/1.1\r\n", HttpError.Connect);

        rule = "RFC 9112 section 5: field lines";
        yield return Fields(rule, "A : b\r\n", HttpError.SpaceBeforeColon);
        yield return Fields(rule, "A\t: b\r\n", HttpError.SpaceBeforeColon);
        yield return Fields(rule, ": b\r\n", HttpError.FieldName);
        yield return Fields(rule, "A\r\n", HttpError.FieldName);
        yield return Fields(rule, "A(: b\r\n", HttpError.FieldName);
        yield return Fields(rule, "A\0: b\r\n", HttpError.FieldName);
        yield return Fields(rule, "\u00E4: b\r\n", HttpError.FieldName);
        yield return Fields(rule, " A: b\r\n", HttpError.Fold);
        yield return Fields(rule, "A: b\r\n\tc\r\n", HttpError.Fold);
        yield return Fields(rule, "A: b\r\n c\r\n", HttpError.Fold);
        yield return Fields(rule, "A: b\nC: d\r\n", HttpError.BareLf);
        yield return Fields(rule, "A\n: b\r\n", HttpError.BareLf);
        yield return Fields(rule, "A: b\rc\r\n", HttpError.BareCr);
        yield return Fields(rule, "A: b\r\r\n", HttpError.BareCr);
        yield return Fields(rule, "A: b\0c\r\n", HttpError.FieldValue);
        yield return Fields(rule, "A: b\u007Fc\r\n", HttpError.FieldValue);
        yield return Fields(rule, "A: b\u0001\r\n", HttpError.FieldValue);
        yield return Rule.Broken(rule, "GET / HTTP/1.1\r\n" + Host + "\rX", HttpError.BareCr);
        yield return Rule.Broken(rule, "GET / HTTP/1.1\r\n" + Host + "\n", HttpError.BareLf);

        rule = "RFC 9112 section 3.2: Host";
        yield return Case(rule, "GET / HTTP/1.1\r\n", HttpError.HostMissing);
        yield return Fields(rule, Host, HttpError.HostRepeated);
        yield return Fields(rule, "HOST: other\r\n", HttpError.HostRepeated);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost:\r\n", HttpError.Host);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost: a b\r\n", HttpError.Host);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost: a/b\r\n", HttpError.Host);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost: u@a\r\n", HttpError.Host);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost: %61\r\n", HttpError.Host);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Expect\r\n", HttpError.Connection);
        foreach (var host in new[] { ":80", "h:80:90", "h:x", "a:b:c", "::1", "[::1", "::1]", "[]", "[::1]x", "[::1]:x", "[h]h", "[[::1]]", "[/]", "h,\u00A0", "h?", "h\\", "h;\"" })
        {
            yield return Case(rule, $"GET / HTTP/1.1\r\nHost: {host}\r\n", HttpError.Host);
        }

        yield return Case(rule, "GET / HTTP/1.1\r\nHost: h:65536\r\n", HttpError.Host);
        yield return Case(rule, "GET / HTTP/1.1\r\nHost: h:100000\r\n", HttpError.Host);
        yield return Case(rule, "GET http://other/ HTTP/1.1\r\n" + Host, HttpError.HostMismatch);
        yield return Case(rule, "GET http://h:81/ HTTP/1.1\r\n" + Host, HttpError.HostMismatch);
        yield return Case(rule, "GET https://h:80/ HTTP/1.1\r\n" + Host, HttpError.HostMismatch);
        yield return Case(rule, "GET http://[::1]/ HTTP/1.1\r\nHost: [::1]:8080\r\n", HttpError.HostMismatch);

        rule = "RFC 9110 section 7.6.2: Max-Forwards";
        foreach (var number in new[] { "", "-1", "+1", "1,1", "x" })
        {
            yield return Case(rule, $"OPTIONS / HTTP/1.1\r\n{Host}Max-Forwards: {number}\r\n", HttpError.MaxForwards);
        }

        yield return Case(rule, $"TRACE / HTTP/1.1\r\n{Host}Max-Forwards: 1\r\nMax-Forwards: 1\r\n", HttpError.MaxForwards);
        yield return Case(rule, $"TRACE / HTTP/1.1\r\n{Host}Max-Forwards: 0\r\n", HttpError.NoForwardsLeft);
        yield return Case(rule, $"OPTIONS / HTTP/1.1\r\n{Host}max-forwards: 00\r\n", HttpError.NoForwardsLeft);

        rule = "RFC 9112 sections 6.1 to 6.3: framing";
        foreach (var length in new[] { "", "+1", "-1", "0x1", "1 2", "1,1", "1.0", "\"1\"", "9999999999999999999", "1e3", "\u0661" })
        {
            yield return Fields(rule, $"Content-Length: {length}\r\n", HttpError.ContentLength);
        }

        yield return Fields(rule, "Content-Length: 1\r\nContent-Length: 1\r\n", HttpError.ContentLengthRepeated);
        yield return Fields(rule, "Content-Length: 1\r\ncontent-length: 2\r\n", HttpError.ContentLengthRepeated);
        yield return Fields(rule, "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", HttpError.LengthAndCoding);
        yield return Fields(rule, "Transfer-Encoding: chunked\r\nContent-Length: x\r\n", HttpError.LengthAndCoding);
        foreach (var coding in new[] { "chunked, chunked", "gzip, chunked", "\"chunked\"", "chunked;q=1", "", ",chunked", "chunked,", "chun\u00E4ked", "xchunked y" })
        {
            yield return Fields(rule, $"Transfer-Encoding: {coding}\r\n", HttpError.TransferEncoding);
        }

        yield return Fields(rule, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", HttpError.TransferEncoding);
        yield return Fields(rule, "Transfer-Encoding: identity\r\n", HttpError.UnknownCoding);
        yield return Fields(rule, "Transfer-Encoding: xchunked\r\n", HttpError.UnknownCoding);
        yield return Case(rule, "POST / HTTP/1.0\r\n" + Host + "Transfer-Encoding: chunked\r\n", HttpError.TransferEncoding);

        rule = "RFC 9110 section 7.6.1: Connection";
        yield return Fields(rule, "Connection: a b\r\n", HttpError.Connection);
        yield return Fields(rule, "Connection: close, \"x\"\r\n", HttpError.Connection);
        yield return Fields(rule, "Connection: Host\r\n", HttpError.Connection);
        yield return Fields(rule, "Connection: content-length\r\nContent-Length: 1\r\n", HttpError.Connection);
        yield return Fields(rule, "Connection: Transfer-Encoding\r\n", HttpError.Connection);
        yield return Fields(rule, $"Connection: {string.Join(',', Enumerable.Range(0, 33).Select(static i => $"x{i}"))}\r\n", HttpError.Connection);

        rule = "Limits";
        yield return Case(rule, $"GET /{new string('a', 32 * 1024)} HTTP/1.1\r\n", HttpError.TargetTooLong);
        yield return Fields(rule, $"A: {new string('a', 32 * 1024)}\r\n", HttpError.HeadTooLarge);
        yield return Fields(rule, string.Concat(Enumerable.Repeat("A: b\r\n", 100)), HttpError.TooManyFields);
    }

    [TestCaseSource(nameof(Refused))]
    public void A_head_that_others_may_read_otherwise_is_refused(string head, HttpError error) =>
        Assert.That(Parsed.Request(Parsed.Bytes(head)), Is.EqualTo($"Invalid {error}"));

    [TestCaseSource(nameof(Refused))]
    public void It_is_refused_for_the_same_reason_when_it_comes_byte_by_byte(string head, HttpError error)
    {
        var bytes = Parsed.Bytes(head);
        Assert.That(Parsed.Request(bytes, Enumerable.Range(1, bytes.Length)), Is.EqualTo($"Invalid {error}"));
    }

    [Test]
    public void Every_reason_has_a_case()
    {
        var reasons = Refused().Concat(ResponseParserTests.Refused()).Concat(ChunkedScannerTests.Refused()).Select(static c => (HttpError)c.Arguments[^1]!);

        // Those are a choice of the listener's, for when there are routes, or of several heads, and have tests of their own.
        reasons = reasons.Append(HttpError.UnderscoreInName).Append(HttpError.Path).Append(HttpError.TooManyInterims);
        Assert.That(Enum.GetValues<HttpError>().Except(reasons), Is.EqualTo(new[] { HttpError.None }));
    }

    [TestCase("RFC 9112 section 2.2", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("RFC 9112 section 5.1", "GET / HTTP/1.1\r\nHost:h\r\n\r\n")]
    [TestCase("RFC 9112 section 5.1", "GET / HTTP/1.1\r\nHost: \t h \t\r\n\r\n")]
    [TestCase("RFC 9110 section 5.5", "GET / HTTP/1.1\r\nHost: h\r\nA:\r\nB: \r\n\r\n")]
    [TestCase("RFC 9110 section 5.5", "GET / HTTP/1.1\r\nHost: h\r\nA: \u00E4\u00F6 \u00FC\tx\r\n\r\n")]
    [TestCase("RFC 9112 section 3.2.1", "GET /?a=<b>|{c} HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n")]
    [TestCase("RFC 9112 section 3.2", "GET / HTTP/1.0\r\n\r\n")]
    [TestCase("RFC 9112 section 3.2.4", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("RFC 9110 section 9.1", "M-SEARCH / HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("RFC 9112 section 3.2.2", "GET HTTP://H HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("RFC 9110 section 4.2.3", "GET http://h:80 HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("RFC 9110 section 4.2.3", "GET https://h:443 HTTP/1.1\r\nHost: h:\r\n\r\n")]
    [TestCase("RFC 9110 section 4.2.3", "GET http://[::1] HTTP/1.1\r\nHost: [::1]:0080\r\n\r\n")]
    [TestCase("RFC 9110 section 7.2", "GET / HTTP/1.1\r\nHost: h:0065535\r\n\r\n")]
    [TestCase("RFC 9110 section 7.6.2", "GET / HTTP/1.1\r\nHost: h\r\nMax-Forwards: x\r\n\r\n")]
    [TestCase("RFC 9112 section 3.2.2", "GET http://h:80?q HTTP/1.1\r\nHost: h:80\r\n\r\n")]
    [TestCase("RFC 9110 section 8.6", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 000000000000000010\r\n\r\n")]
    [TestCase("RFC 9112 section 7", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n")]
    [TestCase("RFC 9110 section 5.6.1", "GET / HTTP/1.1\r\nHost: h\r\nConnection: , close ,,\r\n\r\n")]
    [TestCase("RFC 9110 section 7.2", "GET / HTTP/1.1\r\nHost: h:\r\n\r\n")]
    [TestCase("RFC 9110 section 7.2", "GET / HTTP/1.1\r\nHost: a_b.41,x;y=z\r\n\r\n")]
    [TestCase("RFC 3986 section 3.2.2", "GET / HTTP/1.1\r\nHost: [v1.a:b]:1\r\n\r\n")]
    [TestCase("RFC 3986 section 3.2.2", "GET http://[FE80::1]/ HTTP/1.1\r\nHost: [fe80::1]\r\n\r\n")]
    [TestCase("RFC 9112 section 3.2.2", "GET http://h HTTP/1.0\r\n\r\n")]
    [TestCase("RFC 9110 section 7.6.1", "GET / HTTP/1.1\r\nHost: h\r\nConnection: absent, Via\r\n\r\n")]
    public void A_head_within_the_rules_is_taken(string rule, string head) =>
        Assert.That(Parsed.Request(Parsed.Bytes(head)), Does.Not.Contain("Invalid").And.Not.Contain("Incomplete"), rule);

    [TestCase("", BodyKind.None, 0)]
    [TestCase("Content-Length: 0\r\n", BodyKind.Length, 0)]
    [TestCase("Content-Length: 123456789012345678\r\n", BodyKind.Length, 123456789012345678)]
    [TestCase("Transfer-Encoding: chunked\r\n", BodyKind.Chunked, 0)]
    [Category("RFC 9112 section 6.3")]
    public void The_body_is_framed_as_the_head_says(string fields, BodyKind kind, long length) =>
        Assert.That(Parse("POST / HTTP/1.1\r\nHost: h\r\n" + fields).Framing, Is.EqualTo(new BodyFraming(kind, length)));

    [TestCase("HTTP/1.1", "", true)]
    [TestCase("HTTP/1.1", "Connection: close\r\n", false)]
    [TestCase("HTTP/1.1", "Connection: x\r\nConnection: Close\r\n", false)]
    [TestCase("HTTP/1.0", "", false)]
    [TestCase("HTTP/1.0", "Connection: Keep-Alive\r\n", true)]
    [TestCase("HTTP/1.0", "Connection: keep-alive, close\r\n", false)]
    [Category("RFC 9112 section 9.3")]
    public void The_connection_persists_as_version_and_options_say(string version, string fields, bool persists) =>
        Assert.That(Parse($"GET / {version}\r\nHost: h\r\n{fields}").IsPersistent, Is.EqualTo(persists));

    [TestCase("Connection: Upgrade\r\nUpgrade: websocket\r\n", true)]
    [TestCase("Upgrade: websocket\r\n", false)]
    [TestCase("Connection: Upgrade\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: h2c\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: websocket, H2C\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: h2c-14\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: h2c;q=1\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: \u00A0h2c\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: \"h2c\"\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: websocket h2c\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: a\r\nUpgrade: h2c\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: , \r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: IRC/6.9, RTA/x11\r\n", true)]
    [TestCase("Connection: Upgrade\r\nUpgrade: websocket\r\nHTTP2-Settings: x\r\n", false)]
    [TestCase("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n", false)]
    [Category("RFC 9110 section 7.8")]
    public void An_upgrade_is_wanted_when_it_may_be_tunnelled(string fields, bool wanted) =>
        Assert.That(Parse("GET / HTTP/1.1\r\nHost: h\r\n" + fields).WantsUpgrade, Is.EqualTo(wanted));

    [TestCase("HTTP/1.1", "Expect: 100-Continue\r\n", true)]
    [TestCase("HTTP/1.1", "Expect: x, 100-continue\r\n", true)]
    [TestCase("HTTP/1.1", "Expect: x\r\nExpect: 100-continue\r\n", true)]
    [TestCase("HTTP/1.1", "Expect: 200-ok\r\n", false)]
    [TestCase("HTTP/1.1", "Expect:\r\n", false)]
    [TestCase("HTTP/1.1", "", false)]
    [TestCase("HTTP/1.0", "Expect: 100-continue\r\n", false)]
    [Category("RFC 9110 section 10.1.1")]
    public void A_client_waits_for_100_when_any_of_its_expectations_says_so(string version, string fields, bool waits) =>
        Assert.That(Parse($"POST / {version}\r\nHost: h\r\nContent-Length: 1\r\n{fields}").ExpectsContinue, Is.EqualTo(waits));

    [Test]
    [Category("RFC 9110 section 7.8")]
    public void An_upgrade_that_HTTP_1_0_wants_is_ignored() =>
        Assert.That(Parse("GET / HTTP/1.0\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n").WantsUpgrade, Is.False);

    [TestCase("GET", HttpMethod.Get, true)]
    [TestCase("HEAD", HttpMethod.Head, true)]
    [TestCase("PUT", HttpMethod.Put, true)]
    [TestCase("DELETE", HttpMethod.Delete, true)]
    [TestCase("OPTIONS", HttpMethod.Options, true)]
    [TestCase("TRACE", HttpMethod.Trace, true)]
    [TestCase("POST", HttpMethod.Post, false)]
    [TestCase("PATCH", HttpMethod.Patch, false)]
    [TestCase("get", HttpMethod.Other, false)]
    [TestCase("BREW", HttpMethod.Other, false)]
    [Category("RFC 9110 section 9")]
    public void Methods_are_known_by_their_exact_names(string name, HttpMethod method, bool idempotent)
    {
        var found = Parse($"{name} / HTTP/1.1\r\nHost: h\r\n").Method;
        Assert.That((found, HttpMethods.IsIdempotent(found)), Is.EqualTo((method, idempotent)));
    }

    [TestCaseSource(nameof(Refused))]
    public void What_was_refused_stays_refused_whatever_follows(string text, HttpError error)
    {
        var head = new RequestHead();
        head.Reset();
        var bytes = Parsed.Bytes(text);
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Invalid));
        bytes = [.. bytes, .. "Host: h\r\n\r\n"u8];
        Assert.That((RequestParser.Parse(bytes, head, HeadLimits.Default), head.Error), Is.EqualTo((ParseStatus.Invalid, error)));
    }

    [Test]
    public void What_follows_the_head_is_not_looked_at()
    {
        var head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        var parsed = Parse(head[..^2], "\0\n\rgarbage");
        Assert.That(parsed.Length, Is.EqualTo(head.Length));
    }

    private static RequestHead Parse(string head, string behind = "")
    {
        var parsed = new RequestHead();
        parsed.Reset();
        Assert.That(RequestParser.Parse(Parsed.Bytes(head + "\r\n" + behind), parsed, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), parsed.Error.ToString());
        return parsed;
    }

    private static TestCaseData Case(string rule, string head, HttpError error) => Rule.Broken(rule, head + "\r\n", error);

    private static TestCaseData Fields(string rule, string fields, HttpError error) =>
        Rule.Broken(rule, "POST / HTTP/1.1\r\n" + Host + fields + "\r\n", error);
}
