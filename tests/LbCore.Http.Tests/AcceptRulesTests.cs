using System;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What an error is written in, by what the client accepts.</summary>
[TestFixture]
public sealed class AcceptRulesTests
{
    [TestCase("", "Plain")]
    [TestCase("Accept: */*", "Plain")]
    [TestCase("Accept:", "Plain")]
    [TestCase("Accept: image/png", "Plain")]
    [TestCase("Accept: text/html", "Html")]
    [TestCase("ACCEPT: TEXT/HTML", "Html")]
    [TestCase("Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Html", TestName = "A_browser")]
    [TestCase("Accept: application/json, text/plain, */*", "Json", TestName = "A_script_that_names_JSON_first")]
    [TestCase("Accept: text/plain, application/json", "Plain")]
    [TestCase("Accept: application/problem+json", "Json")]
    [TestCase("Accept: application/*", "Json")]
    [TestCase("Accept: text/*;q=0.5, application/*;q=0.4", "Plain")]
    [TestCase("Accept: text/*, text/html", "Html")]
    [TestCase("Accept: text/html;q=0.2, application/json;q=0.3", "Json")]
    [TestCase("Accept: text/html;level=1;q=0.2, text/plain;Q=0.100", "Html")]
    [TestCase("Accept: text/plain;q=0, */*;q=0.1", "Html")]
    [TestCase("Accept: text/html;q=0, */*", "Plain")]
    [TestCase("Accept: text/html;q=0, text/plain;q=0, application/json;q=0", "Plain")]
    [TestCase("Accept: text/html;q=2, application/json;q=0.1", "Json")]
    [TestCase("Accept: text/html;q=0.1234, application/json;q=0.1", "Json")]
    [TestCase("Accept: text/html;q=x, application/json;q=0.1", "Json")]
    [TestCase("Accept: text/html;q=1.001, application/json;q=0.1", "Json")]
    [TestCase("Accept: text/html;q=1., application/json;q=0.1", "Html")]
    [TestCase("Accept: image/png\r\nA: b\r\nAccept: application/json", "Json")]
    [TestCase("Accepts: text/html", "Plain")]
    [TestCase("A: b\nAccept: text/html", "Plain", TestName = "What_stands_behind_a_broken_line_is_not_read")]
    [TestCase("\r\nAccept: text/html", "Plain", TestName = "What_stands_behind_the_head_is_not_read")]
    public void The_best_format_is_chosen(string lines, string expected) =>
        Assert.That(AcceptRules.Choose(Parsed.Bytes($"GET / HTTP/1.1\r\n{lines}\r\n\r\n")).ToString(), Is.EqualTo(expected));

    [Test]
    public void A_line_that_is_not_whole_is_not_read() =>
        Assert.That(AcceptRules.Choose("GET / HTTP/1.1\r\nAccept: text/html"u8), Is.EqualTo(AnswerFormat.Plain));

    [Test]
    public void A_list_without_end_is_read_to_a_bound() => Assert.That(
        AcceptRules.Choose(Parsed.Bytes($"GET / HTTP/1.1\r\nAccept: {string.Concat(System.Linq.Enumerable.Repeat("a/b,", 64))}text/html\r\n\r\n")),
        Is.EqualTo(AnswerFormat.Plain));

    [Test]
    public void A_field_is_found_when_it_is_the_only_one_of_its_name()
    {
        Assert.That(FieldLines.FindOnly("GET / HTTP/1.1\r\nA: 1\r\nb:\t2 \r\n\r\n"u8, "B"u8).SequenceEqual("2"u8), Is.True);
        Assert.That(FieldLines.FindOnly("GET / HTTP/1.1\r\nb: 1\r\nb: 2\r\n\r\n"u8, "b"u8).IsEmpty, Is.True);
        Assert.That(FieldLines.FindOnly("GET / HTTP/1.1\r\nbc: 1\r\n\r\n"u8, "b"u8).IsEmpty, Is.True);
        Assert.That(FieldLines.FindOnly(""u8, "b"u8).IsEmpty, Is.True);
    }
}
