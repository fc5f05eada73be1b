using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>
/// Who the client behind proxies is. 10.0.0.0/8 and fd00::/8 are ours. Fields stand one behind the other, with a line break between.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ClientAddressTests
{
    private const int Samples = 50_000;

    private static readonly AddressNetworks Ours = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")]);

    [TestCase("1.2.3.4", "1.2.3.4", TestName = "One_entry_is_the_client")]
    [TestCase("9.9.9.9, 1.2.3.4, 10.0.0.1", "1.2.3.4", TestName = "The_first_from_the_right_that_is_not_ours_is_the_client")]
    [TestCase("10.0.0.3, 10.0.0.2, 10.0.0.1", "10.0.0.3", TestName = "When_all_are_ours_the_leftmost_is_the_client")]
    [TestCase("9.9.9.9\n1.2.3.4\n10.0.0.1", "1.2.3.4", TestName = "Several_fields_are_one_list")]
    [TestCase("1.2.3.4:5678 ,\t10.0.0.1:80", "1.2.3.4", TestName = "Ports_are_no_part_of_addresses")]
    [TestCase("[2001:db8::1]:443, [fd00::1]", "2001:db8::1", TestName = "Addresses_may_stand_in_brackets")]
    [TestCase("2001:db8::1, fd00::1", "2001:db8::1", TestName = "Addresses_need_no_brackets")]
    [TestCase("::ffff:1.2.3.4, ::ffff:10.0.0.1", "1.2.3.4", TestName = "Mapped_addresses_are_the_same_as_IPv4_ones")]
    [TestCase(",, 1.2.3.4,, ,10.0.0.1, ,", "1.2.3.4", TestName = "Empty_entries_are_none")]
    [TestCase("1.2.3.4, unknown, 10.0.0.1", "10.0.0.1", TestName = "The_last_before_an_unknown_one_is_the_client")]
    [TestCase("1.2.3.4, x", null, TestName = "Behind_one_that_cannot_be_read_there_is_none")]
    [TestCase("1.2.3.4\nx\n10.0.0.1", "10.0.0.1", TestName = "One_that_cannot_be_read_stops_at_fields_too")]
    [TestCase("x, 1.2.3.4", "1.2.3.4", TestName = "What_is_left_of_the_client_is_not_looked_at")]
    [TestCase("1.2.3.4 10.0.0.1", null, TestName = "White_space_does_not_separate")]
    [TestCase("1.2.3.4:70000", null, TestName = "A_port_has_16_bits")]
    [TestCase("\"1.2.3.4\"", null, TestName = "X_Forwarded_For_has_no_quotes")]
    [TestCase("[1.2.3.4]", null, TestName = "An_IPv4_address_has_no_brackets")]
    [TestCase("[::1", null, TestName = "A_bracket_is_closed")]
    [TestCase("", null, TestName = "An_empty_field_has_none")]
    public void Of_X_Forwarded_For(string fields, string? client) => Check("X-Forwarded-For", KnownField.XForwardedFor, fields, client);

    [TestCase("for=1.2.3.4", "1.2.3.4", TestName = "One_element_is_the_client")]
    [TestCase("for=9.9.9.9, for=1.2.3.4;proto=https;by=10.0.0.1, For=\"10.0.0.2:80\"", "1.2.3.4", TestName = "The_first_element_from_the_right_that_is_not_ours_is_the_client")]
    [TestCase("proto=http; FOR=\"[2001:db8::1]:4711\" ;host=h", "2001:db8::1", TestName = "It_may_stand_anywhere_in_its_element")]
    [TestCase("for=1.2.3.4\nfor=10.0.0.1", "1.2.3.4", TestName = "Several_fields_are_one_list_of_elements")]
    [TestCase("for=\"1.2.3.4:_port\"", "1.2.3.4", TestName = "A_port_may_be_hidden")]
    [TestCase("for=1.2.3.4, for=_hidden, for=10.0.0.1", "10.0.0.1", TestName = "The_last_before_a_hidden_one_is_the_client")]
    [TestCase("for=1.2.3.4, for=unknown", null, TestName = "Behind_an_unknown_one_there_is_none")]
    [TestCase("for=1.2.3.4, proto=https", null, TestName = "An_element_that_does_not_say_is_one_that_cannot_be_read")]
    [TestCase("for=1.2.3.4;for=5.6.7.8", null, TestName = "An_element_that_says_two_is_one_that_cannot_be_read")]
    [TestCase("for=1.2.3.4, for=10.0.0.1;x=\"a, for=6.6.6.6;b\\\"\"", "1.2.3.4", TestName = "A_comma_in_quotes_does_not_separate")]
    [TestCase("for=6.6.6.6;x=\", for=1.2.3.4;proto=\"http\"", "1.2.3.4", TestName = "A_quote_that_does_not_end_swallows_nothing_on_its_right")]
    [TestCase("for=6.6.6.6;x=\"\\, for=\"[2001:db8::1]\"", "2001:db8::1", TestName = "A_backslash_swallows_nothing_on_its_right")]
    [TestCase("for=1.2.3.4;x=\"a", null, TestName = "Of_an_element_with_half_a_quote_nothing_is_read")]
    [TestCase("for=\"1.2.3.4", null, TestName = "An_address_with_half_a_quote_is_none")]
    [TestCase("for=\"1\\.2.3.4\"", null, TestName = "An_address_has_no_backslashes")]
    [TestCase("for=1.2.3.4;x=\"a;for=6.6.6.6\"", "1.2.3.4", TestName = "A_semicolon_in_quotes_does_not_separate")]
    [TestCase(", for=1.2.3.4;, ,;for=10.0.0.1", "1.2.3.4", TestName = "Empty_elements_and_pairs_are_none")]
    [TestCase("for =1.2.3.4", null, TestName = "There_is_no_white_space_before_the_equals_sign")]
    [TestCase("1.2.3.4", null, TestName = "An_address_alone_is_no_element")]
    public void Of_Forwarded(string fields, string? client) => Check("Forwarded", KnownField.Forwarded, fields, client);

    [TestCase("1.2.3.4", "1.2.3.4", TestName = "The_one_address_is_the_client")]
    [TestCase("10.0.0.1", "10.0.0.1", TestName = "It_may_be_one_of_ours")]
    [TestCase("[2001:db8::1]:80", "2001:db8::1", TestName = "It_may_have_a_port")]
    [TestCase("1.2.3.4\n1.2.3.4", null, TestName = "Two_fields_count_as_none")]
    [TestCase("1.2.3.4, 5.6.7.8", null, TestName = "It_is_no_list")]
    [TestCase("1.2.3.4,", null, TestName = "It_is_no_list_of_one")]
    [TestCase("", null, TestName = "It_may_not_be_empty")]
    public void Of_X_Real_IP(string fields, string? client) => Check("X-Real-IP", KnownField.XRealIp, fields, client);

    [Test]
    public void A_field_is_believed_only_when_it_is_the_one_that_was_asked_for()
    {
        var head = new RequestHead();
        var bytes = Heads.Request("X-Real-IP", ["1.2.3.4"], head)!;
        Assert.That(ClientAddress.TryFind(bytes, head, KnownField.XForwardedFor, Ours, out _), Is.False);
    }

    [Test]
    public void The_walk_is_that_of_a_slow_reader()
    {
        var entry = Gen.OneOf(
            Gen.OneOf("1.2.3.4", "10.0.0.1", "10.0.0.1:80", "1.2.3.4:65536", "[::1]", "[::1]:1", "::1", "fd00::1:80", "unknown", "_a", "", " ", "1.2.3.4:", ":80", "[]", "[::1]x", "[1.2.3.4]", "::ffff:10.0.0.1", "10.1", "1.2.3.4:_a-", "1.2.3.4:_"),
            Gen.Char["1.:[]\"\\ ,_"].Array[0, 10].Select(static characters => new string(characters)));
        var pair = Gen.OneOf(
            Gen.Select(Gen.OneOf("for=", "For=", "by=", "for= ", "for =", ""), entry, Gen.OneOf("", "\"")).Select(static (name, node, quote) => name + quote + node + quote),
            Gen.OneOf("x=\"a,b\"", "x=\"", "x=\"\\\"", "x=\"a;b\\\\\"", "\\\"", "proto=http"));
        var element = pair.Array[0, 3].Select(static pairs => string.Join(';', pairs));
        Gen.Select(Gen.OneOf(KnownField.XForwardedFor, KnownField.Forwarded, KnownField.XRealIp), Gen.Bool).SelectMany((kind, isPlain) =>
            Gen.Select(Gen.Const(kind), (kind == KnownField.Forwarded ? element : entry).Array[0, isPlain ? 2 : 6].Select(static entries => string.Join(',', entries).Trim(' ', '\t')).Array[0, 3])).Sample(
            static (kind, fields) =>
            {
                var head = new RequestHead();
                var bytes = Heads.Request(NameOf(kind), fields, head)!;
                var found = new List<string>();
                var addresses = new ForwardedAddresses(bytes, head, kind);
                while (addresses.TryNext(out var address))
                {
                    found.Add(Text(address));
                }

                Assert.That(found, Is.EqualTo(SlowAddresses.Walk(kind, fields).Select(static address => Text(MappedAddress.From(address)))));
                var walked = SlowAddresses.Walk(kind, fields);
                var client = walked.Find(static address => !IsOurs(address)) ?? walked.LastOrDefault();
                Assert.That(ClientAddress.TryFind(bytes, head, kind, Ours, out var clientFound), Is.EqualTo(client is not null));
                Assert.That(clientFound, Is.EqualTo(client is null ? UInt128.Zero : MappedAddress.From(client)));
            },
            iter: Samples);
    }

    private static void Check(string name, KnownField kind, string fields, string? client)
    {
        var head = new RequestHead();
        var bytes = Heads.Request(name, fields.Split('\n'), head)!;
        Assert.That(ClientAddress.TryFind(bytes, head, kind, Ours, out var address), Is.EqualTo(client is not null));
        Assert.That(address, Is.EqualTo(client is null ? UInt128.Zero : MappedAddress.From(IPAddress.Parse(client))));
    }

    private static bool IsOurs(IPAddress mapped) =>
        mapped.IsIPv4MappedToIPv6 ? mapped.MapToIPv4().ToString().StartsWith("10.", StringComparison.Ordinal) : mapped.GetAddressBytes()[0] == 0xFD;

    private static string NameOf(KnownField kind) => kind switch { KnownField.XForwardedFor => "X-Forwarded-For", KnownField.XRealIp => "X-Real-IP", _ => "Forwarded" };

    private static string Text(UInt128 address) => address.ToString("x32", null);
}
