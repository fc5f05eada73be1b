using System;
using System.Net;
using System.Text;
using LbCore.Http;
using LbCore.Proxying.Http;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RequestKeyTests
{
    [TestCase(SelectionKeyKind.Header, "X-User", "X-User: ada", "x-user: ada", true)]
    [TestCase(SelectionKeyKind.Header, "X-User", "X-User: ada", "X-User: bob", false)]
    [TestCase(SelectionKeyKind.Header, "X-User", "X-User: ada\r\nX-User: bob", "X-User: bob\r\nX-User: ada", false)]
    [TestCase(SelectionKeyKind.Header, "X-User", "X-User: ada\r\nX-User: bob", "A: b\r\nX-User: ada\r\nX-User:  bob ", true)]
    [TestCase(SelectionKeyKind.Cookie, "id", "Cookie: a=b; id=7", "Cookie: id=7", true)]
    [TestCase(SelectionKeyKind.Cookie, "id", "Cookie: id=\"7\"", "Cookie: x=y\r\nCookie: id=7; id=8", true)]
    [TestCase(SelectionKeyKind.Cookie, "id", "Cookie: id=7", "Cookie: ID=7; id=8", false)]
    public void The_same_value_is_the_same_key(SelectionKeyKind kind, string name, string fields, string others, bool same)
    {
        var (first, second) = (Of(new(kind, name), fields), Of(new(kind, name), others));
        Assert.That((first.HasKey, second.HasKey), Is.EqualTo((true, true)));
        Assert.That(first.KeyHash == second.KeyHash, Is.EqualTo(same));
    }

    [TestCase(SelectionKeyKind.Header, "X-User", "X-Other: a")]
    [TestCase(SelectionKeyKind.Header, "X-User", "X-User: ")]
    [TestCase(SelectionKeyKind.Cookie, "id", "Cookie: idx=1; xid=2")]
    [TestCase(SelectionKeyKind.Cookie, "id", "Cookie: id=")]
    [TestCase(SelectionKeyKind.Cookie, "id", "Cookie: id=\"\"")]
    [TestCase(SelectionKeyKind.Query, "id", "A: b")]
    [TestCase(SelectionKeyKind.None, "", "A: b")]
    public void What_is_not_there_or_empty_is_no_key(SelectionKeyKind kind, string name, string fields) =>
        Assert.That(Of(new(kind, name), fields), Is.EqualTo(default(SelectionInput)));

    [Test]
    public void The_key_host_is_that_of_an_absolute_target_before_the_fields()
    {
        var key = new SelectionKey(SelectionKeyKind.Header, "host");
        Assert.That(Of(key, "", target: "http://a.test/x", host: "a.test"), Is.EqualTo(Of(key, "", host: "a.test")));
        Assert.That(Of(key, "", host: "a.test"), Is.Not.EqualTo(Of(key, "", host: "b.test")));
    }

    [TestCase("/a?id=7&x=1", "/b?x=2&id=7", true)]
    [TestCase("/a?id=7", "/a?id=8", false)]
    [TestCase("/a?id=%37", "/a?id=7", false)]
    public void A_parameter_is_a_key_as_it_was_sent(string target, string other, bool same)
    {
        var key = new SelectionKey(SelectionKeyKind.Query, "id");
        Assert.That(Of(key, "", target: target).KeyHash == Of(key, "", target: other).KeyHash, Is.EqualTo(same));
    }

    [TestCase("10.0.0.9", "", "10.0.0.9", Description = "nothing said")]
    [TestCase("10.0.0.9", "X-Forwarded-For: 1.2.3.4", "1.2.3.4")]
    [TestCase("10.0.0.9", "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.8", "1.2.3.4", Description = "what the client itself wrote does not count")]
    [TestCase("10.0.0.9", "X-Forwarded-For: 10.0.0.7, 10.0.0.8", "10.0.0.7", Description = "all are proxies")]
    [TestCase("10.0.0.9", "X-Forwarded-For: nonsense", "10.0.0.9")]
    [TestCase("10.0.0.9", "X-Forwarded-For: 1.2.3.4, nonsense", "10.0.0.9")]
    [TestCase("10.0.0.9", "X-Forwarded-For: 2001:db8::7", "2001:db8::7")]
    [TestCase("9.9.9.9", "X-Forwarded-For: 1.2.3.4", "9.9.9.9", Description = "not trusted")]
    public void The_clients_address_is_the_one_that_trusted_senders_tell(string sender, string fields, string expected) =>
        Assert.That(Of(new(SelectionKeyKind.ClientAddress), fields, sender: sender).ClientAddress, Is.EqualTo(NumberOf(IPAddress.Parse(expected))));

    [TestCase(KnownField.Forwarded, "Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 6.6.6.6", "1.2.3.4")]
    [TestCase(KnownField.XRealIp, "X-Real-IP: 1.2.3.4\r\nX-Forwarded-For: 6.6.6.6", "1.2.3.4")]
    [TestCase(KnownField.XRealIp, "X-Forwarded-For: 6.6.6.6", "10.0.0.9")]
    public void Only_the_field_counts_that_the_proxies_write(KnownField field, string fields, string expected) => Assert.That(
        Of(new(SelectionKeyKind.ClientAddress), fields, sender: "10.0.0.9", field: field).ClientAddress, Is.EqualTo(NumberOf(IPAddress.Parse(expected))));

    [Test]
    public void Who_has_no_address_has_no_key() =>
        Assert.That(Of(new(SelectionKeyKind.ClientAddress), "", sender: null), Is.EqualTo(default(SelectionInput)));

    private static SelectionInput Of(
        SelectionKey key,
        string fields,
        string target = "/",
        string host = "h",
        string? sender = "127.0.0.1",
        KnownField field = KnownField.XForwardedFor)
    {
        var bytes = Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host}\r\n{fields}{(fields.Length > 0 ? "\r\n" : "")}\r\n");
        var head = new RequestHead();
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete));
        var rules = new ForwardingRules(ForwardingPlan.Default, new ForwardingPlan(isTrusted: true), [IPNetwork.Parse("10.0.0.0/24")], trustsUnix: false)
        {
            ClientAddressField = field,
        };
        var address = sender is null ? null : IPAddress.Parse(sender);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var request = new KeyedRequest
        {
            Bytes = bytes,
            Head = head,
            Rules = rules,
            Plan = rules.PlanFor(NumberOf(address)),
            Sender = NumberOf(address),
            Path = Encoding.ASCII.GetBytes(question < 0 ? target : target[..question]),
            Query = question < 0 ? default : Encoding.ASCII.GetBytes(target[question..]),
        };
        return RequestKey.Of(in request, key);
    }

    private static UInt128 NumberOf(IPAddress? address) => address is null ? 0 : MappedAddress.From(address);
}
