using System;
using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Which cookie a response sets. Fields stand one behind the other, with a line break between.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class SetCookieTests
{
    [TestCase("S=x", "x", false, TestName = "A_cookie_without_attributes_is_set")]
    [TestCase("S=x; Path=/; HttpOnly", "x", false, TestName = "Attributes_are_no_part_of_the_value")]
    [TestCase("a=1\nS=x\nb=S=2", "x", false, TestName = "It_is_found_among_others")]
    [TestCase("S=x\nS=y; Path=/\ns=z", "y", false, TestName = "The_last_one_counts")]
    [TestCase(" S\t= \"x\" ; Path=/", "\"x\"", false, TestName = "White_space_is_no_part_of_it_and_quotes_are")]
    [TestCase("S=; Max-Age=0", "", true, TestName = "A_Max_Age_of_0_removes_it")]
    [TestCase("S=x; path=/; MAX-AGE = -5 ; Secure", "x", true, TestName = "A_negative_Max_Age_removes_it")]
    [TestCase("S=x; Max-Age=3600", "x", false, TestName = "A_Max_Age_above_0_keeps_it")]
    [TestCase("S=x; Max-Age=0; Max-Age=10", "x", false, TestName = "Of_several_Max_Age_the_last_counts")]
    [TestCase("S=x; Max-Age=0; Max-Age=soon", "x", true, TestName = "A_Max_Age_that_is_no_number_does_not_count")]
    [TestCase("S=x; Max-Age=99999999999999999999", "x", false, TestName = "A_Max_Age_may_be_very_large")]
    [TestCase("S=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "x", false, TestName = "Expires_is_not_looked_at")]
    [TestCase("S=x; Max-Age=10\nS=y; Max-Age=0", "y", true, TestName = "One_that_removes_it_may_be_the_last")]
    [TestCase("S; Path=/", null, false, TestName = "Without_an_equals_sign_it_is_none")]
    [TestCase("SX=1\nXS=2\ns=3\na=b; S=4", null, false, TestName = "Others_are_not_taken_for_it")]
    [TestCase("", null, false, TestName = "An_empty_field_sets_none")]
    public void Found(string fields, string? value, bool isRemoval)
    {
        var head = new ResponseHead();
        var bytes = Heads.Response("Set-Cookie", fields.Split('\n'), head)!;
        Assert.That(SetCookie.TryFind(bytes, head, "S"u8, out var cookie), Is.EqualTo(value is not null));
        Assert.That((Encoding.Latin1.GetString(cookie.Value), cookie.IsRemoval), Is.EqualTo((value ?? string.Empty, isRemoval)));
    }

    [Test]
    public void Quotes_are_taken_off()
    {
        var head = new ResponseHead();
        var bytes = Heads.Response("set-cookie", ["S=\"x\"; Path=/"], head)!;
        Assert.That(SetCookie.TryFind(bytes, head, "S"u8, out var cookie), Is.True);
        Assert.That(cookie.Unquoted.SequenceEqual("x"u8), Is.True);
    }

    [Test]
    public void A_response_without_any_sets_none()
    {
        var head = new ResponseHead();
        var bytes = Heads.Response("Set-Cookie2", ["S=x"], head)!;
        Assert.That(SetCookie.TryFind(bytes, head, "S"u8, out _), Is.False);
    }
}
