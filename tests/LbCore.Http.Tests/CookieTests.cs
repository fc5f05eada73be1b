using System.Collections.Generic;
using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Which cookies a request has. Fields stand one behind the other, with a line break between.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class CookieTests
{
    [TestCase("a=1; b=2", "a|1 b|2", TestName = "Cookies_are_found_in_order")]
    [TestCase("a=1\nb=2; a=3", "a|1 b|2 a|3", TestName = "Cookies_of_several_fields_are_found_in_order")]
    [TestCase("a=1;b=2;;; ;c=3;", "a|1 b|2 c|3", TestName = "Empty_places_are_no_cookies")]
    [TestCase("a = 1 ;\tb\t=\t2", "a|1 b|2", TestName = "White_space_around_names_and_values_is_no_part_of_them")]
    [TestCase("a=b=c; d==", "a|b=c d|=", TestName = "A_value_may_have_equals_signs")]
    [TestCase("a; =b; c", "|a |b |c", TestName = "A_cookie_without_an_equals_sign_has_no_name")]
    [TestCase("a=; b= ;c=3", "a| b| c|3", TestName = "A_value_may_be_empty")]
    [TestCase("a=1,b=2", "a|1,b=2", TestName = "A_comma_is_part_of_a_value")]
    [TestCase("a=\"x;b=y\"; c=3", "a|\"x b|y\" c|3", TestName = "A_semicolon_in_quotes_separates_all_the_same")]
    [TestCase("", "", TestName = "An_empty_field_has_none")]
    [TestCase(";;;;", "", TestName = "Semicolons_alone_are_none")]
    public void Enumerated(string fields, string cookies) => Assert.That(string.Join(' ', All(fields)), Is.EqualTo(cookies));

    [TestCase("LB=x; a=1", "x", TestName = "It_is_found_at_the_beginning")]
    [TestCase("a=1; LB=x", "x", TestName = "It_is_found_at_the_end")]
    [TestCase("a=1;LB=x;b=2", "x", TestName = "It_is_found_without_white_space")]
    [TestCase("a=1;\t LB\t= x\t; b=2", "x", TestName = "It_is_found_with_much_white_space")]
    [TestCase("a=1\nb=2; LB=x", "x", TestName = "It_is_found_in_the_second_field")]
    [TestCase("LB=x; LB=y\nLB=z", "x", TestName = "The_first_one_is_found")]
    [TestCase("XLB=1; LBX=2; LB2=3; LB=x", "x", TestName = "Names_that_it_is_part_of_are_others")]
    [TestCase("a=LB=1; b=LB; c LB=2; LB=x", "x", TestName = "Values_and_names_that_have_it_inside_are_others")]
    [TestCase("lb=1; Lb=2; LB=x", "x", TestName = "Case_matters")]
    [TestCase("LB; LB=x", "x", TestName = "Without_an_equals_sign_it_is_another_ones_value")]
    [TestCase("LBLB=1; LB=x", "x", TestName = "A_name_that_repeats_it_is_another")]
    [TestCase("LB=", "", TestName = "Its_value_may_be_empty")]
    [TestCase("LB=\"x\"", "\"x\"", TestName = "Its_value_keeps_its_quotes")]
    [TestCase("a=\"; LB=x\"", "x\"", TestName = "Quotes_hide_nothing")]
    [TestCase("a=1; b=LB=2; LB", null, TestName = "It_is_not_found_where_it_is_not")]
    [TestCase("", null, TestName = "It_is_not_found_in_an_empty_field")]
    [TestCase("=LB=1", null, TestName = "It_is_not_found_behind_an_empty_name")]
    public void Found(string fields, string? value)
    {
        var head = new RequestHead();
        var bytes = Heads.Request("Cookie", fields.Split('\n'), head)!;
        Assert.That(CookieList.TryFind(bytes, head, "LB"u8, out var cookie), Is.EqualTo(value is not null));
        Assert.That(Encoding.Latin1.GetString(cookie.Value), Is.EqualTo(value ?? string.Empty));
    }

    [Test]
    public void All_cookies_of_a_name_are_found_one_behind_the_other()
    {
        var head = new RequestHead();
        var bytes = Heads.Request("cOOKIE", ["LB=1; a=2; LB=3", "b=4", "LB=5;"], head)!;
        var list = new CookieList(bytes, head);
        var found = new List<string>();
        while (list.TryNext("LB"u8, out var cookie))
        {
            found.Add(Encoding.Latin1.GetString(cookie.Value));
        }

        Assert.That(found, Is.EqualTo(new[] { "1", "3", "5" }));
    }

    [Test]
    public void A_field_that_stops_here_is_read()
    {
        var head = new RequestHead();
        var bytes = Parsed.Bytes("GET / HTTP/1.1\r\nHost: h\r\nConnection: cookie\r\nCookie: LB=x\r\n\r\n");
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete));
        Assert.That(CookieList.TryFind(bytes, head, "LB"u8, out _), Is.True);
    }

    [Test]
    public void Cookies_are_in_no_other_field()
    {
        var head = new RequestHead();
        var bytes = Heads.Request("Cookie2", ["LB=x"], head)!;
        Assert.That(CookieList.TryFind(bytes, head, "LB"u8, out _), Is.False);
    }

    [TestCase("\"x\"", "x")]
    [TestCase("\"\"", "")]
    [TestCase("\"", "\"")]
    [TestCase("\"x", "\"x")]
    [TestCase("x\"", "x\"")]
    [TestCase("\"x\"y\"", "x\"y")]
    [TestCase("x", "x")]
    public void Quotes_are_taken_off_in_pairs(string value, string unquoted) =>
        Assert.That(Encoding.Latin1.GetString(new Cookie(default, Parsed.Bytes(value)).Unquoted), Is.EqualTo(unquoted));

    private static List<string> All(string fields)
    {
        var head = new RequestHead();
        var bytes = Heads.Request("Cookie", fields.Split('\n'), head)!;
        var found = new List<string>();
        var list = new CookieList(bytes, head);
        while (list.TryNext(out var cookie))
        {
            found.Add(Encoding.Latin1.GetString(cookie.Name) + "|" + Encoding.Latin1.GetString(cookie.Value));
        }

        return found;
    }
}
