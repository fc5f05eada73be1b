using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Cookies are found, walked through and cut as a slow reader has it; what is cut is what is found.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class CookiePropertyTests
{
    private const int Samples = 30_000;

    private static readonly string[] Dropped = ["LB", "route"];
    private static readonly CookieNames Names = new(Dropped);

    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf("LB", "LB=x", "LB = \"x;y\"", "route=.1", "a=1", "=", "", " ", "\t", "LB=LB", "aLB=1", "LBa=2", "a LB=3", "lb=4", "LBLB=5", "b=\u00FC"),
        Gen.Char["LBa=\"; \t,x"].Array[0, 8].Select(static characters => new string(characters)));

    private static readonly Gen<string[]> Fields =
        Gen.Select(Piece.Array[0, 8], Gen.OneOf("; ", ";", " ;", ";;")).Select(static (pieces, separator) => string.Join(separator, pieces).Trim(' ', '\t')).Array[0, 4];

    [Test]
    public void All_cookies_are_found_that_a_slow_reader_finds() => Fields.Sample(
        static fields =>
        {
            var head = new RequestHead();
            var bytes = Heads.Request("Cookie", fields, head)!;
            var expected = SlowCookies.Read(fields);
            Assert.That(Walk(bytes, head), Is.EqualTo(expected));
            foreach (var name in Dropped)
            {
                var ours = expected.Where(cookie => cookie.Name == name).Select(static cookie => cookie.Value).ToArray();
                Assert.That(Walk(bytes, head, name), Is.EqualTo(ours));
                Assert.That(CookieList.TryFind(bytes, head, Parsed.Bytes(name), out var first), Is.EqualTo(ours.Length > 0));
                Assert.That(Text(first.Value), Is.EqualTo(ours.FirstOrDefault() ?? string.Empty));
            }
        },
        iter: Samples,
        print: static fields => string.Join('\n', fields));

    [Test]
    public void What_was_cut_is_what_was_found_and_the_others_are_as_they_were() => Fields.Sample(
        static fields =>
        {
            var head = new RequestHead();
            var bytes = Heads.Request("Cookie", fields, head)!;
            var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, DroppedCookies = Names };
            var plain = new RequestEdits { ForwardedFor = "10.0.0.7"u8 };
            var room = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
            var full = HeadWriter.WriteRequest(room, bytes, head, in plain);
            var written = room[..HeadWriter.WriteRequest(room, bytes, head, in edits)];
            Assert.That(written, Has.Length.AtMost(full));
            var again = new RequestHead();
            Assert.That(RequestParser.Parse(written, again, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete));
            Assert.That(Walk(written, again), Is.EqualTo(Walk(bytes, head).Where(static cookie => !Dropped.Contains(cookie.Name))));
            Assert.That(Values(written, again, "Cookie"), Is.EqualTo(SlowCookies.Cut(fields, Dropped)));
            Assert.That(Values(written, again, "A"), Is.EqualTo(fields.Select(static _ => "b")));
        },
        iter: Samples,
        print: static fields => string.Join('\n', fields));

    [Test]
    public void A_cookie_that_is_set_is_found_as_a_slow_reader_finds_it()
    {
        var piece = Gen.OneOf(
            Gen.OneOf("LB=x", "LB = \"x\"", "LB", "a=1", "Path=/", "Max-Age=0", "max-age = 0", "Max-Age=-1", "Max-Age=00", "MAX-AGE=10", "Max-Age=", "Max-Age=-", "Max-Age=--1", "Max-Age=1x", "Max-Age", ""),
            Gen.Char["LB=\"; -0\t"].Array[0, 8].Select(static characters => new string(characters)));
        var fields = piece.Array[0, 5].Select(static pieces => string.Join(';', pieces).Trim(' ', '\t')).Array[0, 3];
        fields.Sample(
            static fields =>
            {
                var head = new ResponseHead();
                var bytes = Heads.Response("Set-Cookie", fields, head)!;
                var expected = SlowCookies.Set(fields, "LB");
                Assert.That(SetCookie.TryFind(bytes, head, "LB"u8, out var cookie), Is.EqualTo(expected is not null));
                Assert.That((Text(cookie.Value), cookie.IsRemoval), Is.EqualTo(expected ?? (string.Empty, false)));
            },
            iter: Samples,
            print: static fields => string.Join('\n', fields));
    }

    [Test]
    public void A_parameter_is_found_as_a_slow_reader_finds_it() => Gen.Char["ab=&;?%+"].Array[0, 16].Select(static characters => new string(characters)).Sample(
        static query =>
        {
            var expected = SlowCookies.Parameter(query, "a");
            Assert.That(QueryParameters.TryFind(Parsed.Bytes(query), "a"u8, out var value), Is.EqualTo(expected is not null));
            Assert.That(Text(value), Is.EqualTo(expected ?? string.Empty));
        },
        iter: Samples);

    private static List<(string Name, string Value)> Walk(byte[] bytes, RequestHead head)
    {
        var found = new List<(string, string)>();
        var list = new CookieList(bytes, head);
        while (list.TryNext(out var cookie))
        {
            found.Add((Text(cookie.Name), Text(cookie.Value)));
        }

        return found;
    }

    private static List<string> Walk(byte[] bytes, RequestHead head, string name)
    {
        var found = new List<string>();
        var list = new CookieList(bytes, head);
        while (list.TryNext(Parsed.Bytes(name), out var cookie))
        {
            found.Add(Text(cookie.Value));
        }

        return found;
    }

    private static string[] Values(byte[] bytes, RequestHead head, string name) =>
        [.. head.Fields.ToArray().Where(field => Text(bytes.AsSpan(field.Start, field.NameLength)) == name).Select(field => Text(MessageHead.ValueOf(bytes, in field)))];

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
