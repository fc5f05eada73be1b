using System;
using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What a backend is told of a request's way, by the plan for its sender.</summary>
[TestFixture]
public sealed class ForwardingTests
{
    private static readonly KnownField[] Lists = [KnownField.XForwardedFor, KnownField.Forwarded];
    private static readonly KnownField[] Singles =
        [KnownField.XForwardedProto, KnownField.XForwardedHost, KnownField.XForwardedPort, KnownField.XRealIp, KnownField.XRequestId];

    [Test]
    public void By_default_the_address_the_protocol_and_an_identifier_are_told() => Assert.That(
        Fields(ForwardingPlan.Default),
        Is.EqualTo("Host: h:81\r\nX-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Proto: http\r\nX-Request-Id: id\r\n"));

    [TestCase("X-Forwarded-For: 1.1.1.1")]
    [TestCase("x-forwarded-for:1.1.1.1")]
    [TestCase("X-Forwarded-Host: evil")]
    [TestCase("X-Forwarded-Port: 1")]
    [TestCase("X-Forwarded-Proto: https")]
    [TestCase("X-Forwarded-Prefix: /evil")]
    [TestCase("X-Forwarded: for=1.1.1.1")]
    [TestCase("X-Real-IP: 1.1.1.1")]
    [TestCase("Forwarded: for=1.1.1.1")]
    [TestCase("X-Request-Id: theirs")]
    [TestCase("X_Forwarded_For: 1.1.1.1")]
    [TestCase("X-Forwarded_For: 1.1.1.1")]
    [TestCase("X_FORWARDED_PREFIX: /evil")]
    [TestCase("X_Real-IP: 1.1.1.1")]
    [TestCase("X-Request_Id: theirs")]
    public void What_a_sender_says_that_is_not_trusted_is_dropped(string line) =>
        Assert.That(Fields(ForwardingPlan.Default, line), Is.EqualTo(Fields(ForwardingPlan.Default)));

    [TestCase("X-Forwarder: a")]
    [TestCase("X-Forward: a")]
    [TestCase("X-Real-IPs: a")]
    [TestCase("X-Request-Ids: a")]
    [TestCase("Y-Forwarded-For: a")]
    [TestCase("Forwarded-For: a")]
    [TestCase("Via: 1.1 other")]
    [TestCase("X_Y: a")]
    public void A_field_that_only_looks_alike_goes_on(string line) =>
        Assert.That(Fields(ForwardingPlan.Default, line), Does.Contain(line + "\r\n"));

    [TestCase("X_Forwarded_For: 1.1.1.1")]
    [TestCase("X-Forwarded-Proto_: a")]
    [TestCase("X_Real_IP: 1.1.1.1")]
    public void A_variant_with_underscores_is_dropped_also_from_a_trusted_sender(string line) =>
        Assert.That(Fields(Trusted(ForwardingMode.Append), line), Is.EqualTo(Fields(Trusted(ForwardingMode.Append))));

    [Test]
    public void Appending_puts_a_trusted_list_in_front_in_one_line()
    {
        var written = Fields(
            Trusted(ForwardingMode.Append),
            "X-Forwarded-For: 1.1.1.1, 2.2.2.2",
            "Forwarded: for=1.1.1.1",
            "X-Forwarded-For:",
            "Via: 1.0 a, 1.1 b",
            "x-forwarded-for: 3.3.3.3 ");

        Assert.That(written, Does.Contain("\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 10.0.0.7\r\n"));
        Assert.That(written, Does.Contain("\r\nForwarded: for=1.1.1.1, for=10.0.0.7;proto=http;host=\"h:81\"\r\n"));
        Assert.That(written, Does.Contain("\r\nVia: 1.0 a, 1.1 b, 1.1 lbcore\r\n"));
        Assert.That(written.Split("X-Forwarded-For").Length + written.Split("Forwarded: ").Length + written.Split("Via: ").Length, Is.EqualTo(6));
    }

    [Test]
    public void Appending_keeps_the_one_value_of_a_trusted_sender()
    {
        string[] sent =
            ["X-Forwarded-Proto: https", "X-Forwarded-Host: www", "X-Forwarded-Port: 443", "X-Real-IP: 1.1.1.1", "X-Request-Id: abc-1"];

        var written = Fields(Trusted(ForwardingMode.Append), sent);

        foreach (var line in sent)
        {
            Assert.That(written, Does.Contain($"\r\n{line}\r\n"));
        }

        Assert.That(written.Split("\r\n"), Is.Unique);
    }

    [TestCase("X-Forwarded-Proto: https", "X-Forwarded-Proto: http")]
    [TestCase("X-Request-Id: a")]
    public void Two_of_a_field_that_has_one_value_are_replaced_by_ours(string first, string second = "X-Request-Id: b")
    {
        var written = Fields(Trusted(ForwardingMode.Append), first, second);

        Assert.That(written, Does.Contain("X-Forwarded-Proto: http\r\n").And.Contain("X-Request-Id: id\r\n"));
        Assert.That(written, Does.Not.Contain("https").And.Not.Contain("Id: a").And.Not.Contain("Id: b"));
    }

    [TestCase("a b")]
    [TestCase("a<b")]
    [TestCase("a\"b")]
    [TestCase("a\\b")]
    [TestCase("\u00e4")]
    [TestCase("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void An_identifier_that_makes_no_sense_is_replaced_whoever_sends_it(string id) =>
        Assert.That(Fields(Trusted(ForwardingMode.Append), "X-Request-Id: " + id), Does.Contain("X-Request-Id: id\r\n").And.Not.Contain(id));

    [Test]
    public void An_identifier_such_as_others_make_them_is_kept([Values("Root=1-67891233-abcdef012345678912345678", "|7f8e.1_", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "a/b+c==")] string id) =>
        Assert.That(Fields(Trusted(ForwardingMode.Append), "X-Request-Id: " + id), Does.Contain($"X-Request-Id: {id}\r\n"));

    [Test]
    public void Set_replaces_what_anybody_says()
    {
        var written = Fields(
            Trusted(ForwardingMode.Set),
            "X-Forwarded-For: 1.1.1.1",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: www",
            "X-Forwarded-Port: 443",
            "X-Real-IP: 1.1.1.1",
            "Forwarded: for=1.1.1.1",
            "Via: 1.1 other",
            "X-Request-Id: theirs");

        Assert.That(written, Is.EqualTo(
            "Host: h:81\r\nX-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Proto: http\r\nX-Request-Id: id\r\nX-Forwarded-Host: h:81\r\n"
            + "X-Forwarded-Port: 8080\r\nX-Real-IP: 10.0.0.7\r\nForwarded: for=10.0.0.7;proto=http;host=\"h:81\"\r\nVia: 1.1 lbcore\r\n"));
    }

    [Test]
    public void Off_lets_a_trusted_sender_speak_and_drops_anybody_else()
    {
        const string line = "X-Forwarded-For: 1.1.1.1";

        Assert.That(Fields(Trusted(ForwardingMode.Off), line), Is.EqualTo($"Host: h:81\r\n{line}\r\n"));
        Assert.That(Fields(Plan(isTrusted: false, ForwardingMode.Off), line), Is.EqualTo("Host: h:81\r\n"));
    }

    [Test]
    public void A_client_cannot_have_our_fields_taken_out_by_naming_them_in_Connection() => Assert.That(
        Fields(Trusted(ForwardingMode.Append), "Connection: x-forwarded-for, x-forwarded-proto, x-request-id", "X-Forwarded-For: 1.1.1.1"),
        Does.Contain("X-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Proto: http\r\nX-Request-Id: id\r\n"));

    [Test]
    public void An_IPv6_address_is_quoted_in_Forwarded_only()
    {
        var written = Write(Plan(isTrusted: false, ForwardingMode.Set), "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "fd00::7");

        Assert.That(written, Does.Contain("X-Forwarded-For: fd00::7\r\n").And.Contain("Forwarded: for=\"[fd00::7]\";proto=http;host=h\r\n"));
    }

    [Test]
    public void A_port_that_is_not_known_and_a_host_that_is_empty_are_left_out()
    {
        var written = Write(Plan(isTrusted: false, ForwardingMode.Set), "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "unknown", port: 0);

        Assert.That(written, Does.Not.Contain("X-Forwarded-Port"));
        Assert.That(written, Does.Contain("Forwarded: for=unknown;proto=http;host=h\r\n"));
    }

    [Test]
    public void Via_of_a_response_follows_those_before_and_says_which_version_came()
    {
        Assert.That(
            HeadWriterTests.WriteResponse("HTTP/1.0 200 OK\r\nVia: 1.1 a\r\nB: 1\r\nvia: 1.1 b\r\n\r\n", new ResponseEdits { Via = true }),
            Is.EqualTo("HTTP/1.1 200 OK\r\nB: 1\r\nVia: 1.1 a, 1.1 b, 1.0 lbcore\r\n\r\n"));
        Assert.That(
            HeadWriterTests.WriteResponse("HTTP/1.1 200 OK\r\nVia: 1.1 a\r\n\r\n", default),
            Is.EqualTo("HTTP/1.1 200 OK\r\nVia: 1.1 a\r\n\r\n"));
    }

    [Test]
    public void The_largest_head_fits_into_what_was_promised([Values("Append", "Set", "Off")] string mode, [Values] bool isTrusted)
    {
        var lines = new StringBuilder("GET / HTTP/1.1\r\nHost: ").Append('h', 2000).Append("\r\n");
        for (var i = 0; i < 12; i++)
        {
            lines.Append("Via:a\r\nX-Forwarded-For:a\r\nForwarded:a\r\nX-Real-IP:b\r\n");
        }

        Assert.DoesNotThrow(() => Write(Plan(isTrusted, Enum.Parse<ForwardingMode>(mode)), lines.Append("\r\n").ToString(), "2001:db8:1111:2222:3333:4444:5555:6666"));
    }

    private static ForwardingPlan Trusted(ForwardingMode mode) => Plan(isTrusted: true, mode);

    private static ForwardingPlan Plan(bool isTrusted, ForwardingMode mode)
    {
        var plan = new ForwardingPlan(isTrusted).With(KnownField.Via, mode);
        foreach (var field in (KnownField[])[.. Lists, .. Singles])
        {
            plan = plan.With(field, mode);
        }

        return plan;
    }

    /// <summary>Returns the fields of a request that had some, as they were written.</summary>
    private static string Fields(ForwardingPlan plan, params string[] lines)
    {
        var request = new StringBuilder("GET / HTTP/1.1\r\nHost: h:81\r\n");
        foreach (var line in lines)
        {
            request.Append(line).Append("\r\n");
        }

        var written = Write(plan, request.Append("\r\n").ToString(), "10.0.0.7");
        return written["GET / HTTP/1.1\r\n".Length..^2];
    }

    private static string Write(ForwardingPlan plan, string text, string address, int port = 8080)
    {
        var bytes = Parsed.Bytes(text);
        var head = new RequestHead();
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), head.Error.ToString());
        var edits = new RequestEdits
        {
            Forwarding = plan,
            ForwardedFor = Parsed.Bytes(address),
            LocalPort = port,
            RequestId = "id"u8,
        };
        var target = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        return Encoding.Latin1.GetString(target.AsSpan(0, HeadWriter.WriteRequest(target, bytes, head, in edits)));
    }
}
