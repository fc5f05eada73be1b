using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What becomes of fields with an underscore in their name.</summary>
[TestFixture]
public sealed class UnderscoreTests
{
    private const string Head = "GET / HTTP/1.1\r\nHost: h\r\nA_B: 1\r\nA-B: 2\r\n_: 3\r\nC: _\r\n\r\n";

    [TestCase("Keep", "A_B: 1\r\nA-B: 2\r\n_: 3\r\nC: _\r\n")]
    [TestCase("Drop", "A-B: 2\r\nC: _\r\n")]
    public void They_are_kept_or_left_out(string rule, string expected)
    {
        var head = Apply(rule, out var bytes, out var status);
        var edits = new RequestEdits { ForwardedFor = "a"u8 };
        var target = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        var written = System.Text.Encoding.Latin1.GetString(target, 0, HeadWriter.WriteRequest(target, bytes, head, in edits));

        Assert.That(status, Is.EqualTo(ParseStatus.Complete));
        Assert.That(written, Does.StartWith("GET / HTTP/1.1\r\nHost: h\r\n" + expected + "X-Forwarded-For: a\r\n"));
    }

    [Test]
    public void Or_the_request_is_refused()
    {
        var head = Apply("Reject", out _, out var status);

        Assert.That((status, head.Error), Is.EqualTo((ParseStatus.Invalid, HttpError.UnderscoreInName)));
        Assert.That(HttpErrors.StatusOf(head.Error), Is.EqualTo(400));
    }

    private static RequestHead Apply(string rule, out byte[] bytes, out ParseStatus status)
    {
        bytes = Parsed.Bytes(Head);
        var head = new RequestHead();
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete));
        status = UnderscoreRules.Apply(bytes, head, System.Enum.Parse<UnderscoreRule>(rule));
        return head;
    }
}
