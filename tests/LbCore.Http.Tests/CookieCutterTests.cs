using System;
using System.Linq;
using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What is left of Cookie fields when some cookies do not go on. Fields stand one behind the other, with a line break between.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class CookieCutterTests
{
    private static readonly CookieNames Names = new(["LB", "route"]);

    [TestCase("a=1; LB=x; b=2", "a=1; b=2", TestName = "Cut_from_the_middle")]
    [TestCase("LB=x; a=1", "a=1", TestName = "Cut_from_the_beginning")]
    [TestCase("a=1; LB=x", "a=1", TestName = "Cut_from_the_end")]
    [TestCase("LB=x", "", TestName = "A_field_that_has_no_other_cookie_is_gone")]
    [TestCase("LB=x; route=y; LB=z", "", TestName = "A_field_that_has_only_such_cookies_is_gone")]
    [TestCase("; LB=x ;;", "", TestName = "A_field_of_which_semicolons_were_left_is_gone")]
    [TestCase("LB=1; a=1; LB=2; LB=3; b=2; route=4", "a=1; b=2", TestName = "Cut_wherever_it_is_repeated")]
    [TestCase("a=1\nLB=x\nb=2; LB=y", "a=1\nb=2", TestName = "Cut_from_several_fields")]
    [TestCase("a=1;b = \"2\" ;LB=x;  c=\u00FC,3;;d", "a=1;b = \"2\"; c=\u00FC,3;;d", TestName = "What_stands_between_two_is_kept_byte_for_byte")]
    [TestCase("a=1;;b=2; ", "a=1;;b=2;", TestName = "A_field_without_such_a_cookie_is_kept_byte_for_byte")]
    [TestCase("a;b;c;d;LB=;e;f;g", "a;b;c;d; e;f;g", TestName = "It_does_not_grow")]
    [TestCase("LB; lb=1; XLB=2; LBX=3; a=LB=4", "LB; lb=1; XLB=2; LBX=3; a=LB=4", TestName = "Similar_names_are_kept")]
    [TestCase("a=\"1; LB=2\"; b=3", "a=\"1; b=3", TestName = "Cut_from_quotes_too")]
    [TestCase("LB =x;\ta=1\t; LB\t=y", "a=1", TestName = "Cut_with_much_white_space")]
    public void Cut(string before, string after) => Assert.That(Write(Lines("Cookie: ", before), Names), Is.EqualTo(Lines("Cookie: ", after)));

    [Test]
    public void Name_and_white_space_of_a_field_are_kept() =>
        Assert.That(Write("B: 1\r\ncOOKIE:\tLB=x; a=1 \r\nC: LB=2\r\n", Names), Is.EqualTo("B: 1\r\ncOOKIE:\ta=1\r\nC: LB=2\r\n"));

    [Test]
    public void The_last_field_may_be_the_one_that_is_gone() =>
        Assert.That(Write("B: 1\r\nCookie: LB=x\r\n", Names), Is.EqualTo("B: 1\r\n"));

    [Test]
    public void Nothing_is_cut_unless_it_is_asked_for()
    {
        const string lines = "Cookie: LB=x; route=y\r\n";
        Assert.That(Write(lines, null), Is.EqualTo(lines));
        Assert.That(Write(lines, new CookieNames([])), Is.EqualTo(lines));
        Assert.That(Write(lines, new CookieNames(["other"])), Is.EqualTo(lines));
    }

    [Test]
    public void A_field_that_stops_here_is_not_written() =>
        Assert.That(Write("Connection: cookie\r\nCookie: LB=x; a=1\r\n", Names), Is.Empty);

    private static string Lines(string name, string values) =>
        string.Concat(values.Split('\n').Where(static value => value.Length > 0).Select(value => name + value.TrimEnd() + "\r\n"));

    // Returns what stands between the Host and the forwarding fields.
    private static string Write(string lines, CookieNames? dropped)
    {
        const string start = "GET / HTTP/1.1\r\nHost: h\r\n";
        var bytes = Parsed.Bytes(start + lines + "\r\n");
        var head = new RequestHead();
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete));
        var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, DroppedCookies = dropped };
        var target = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        var written = Encoding.Latin1.GetString(target.AsSpan(0, HeadWriter.WriteRequest(target, bytes, head, in edits)));
        Assert.That(written, Does.StartWith(start));
        return written[start.Length..written.IndexOf("X-Forwarded-For", StringComparison.Ordinal)];
    }
}
