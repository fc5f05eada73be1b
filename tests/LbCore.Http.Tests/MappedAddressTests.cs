using System;
using System.Linq;
using System.Net;
using CsCheck;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Which texts are addresses, and which ones.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class MappedAddressTests
{
    private const int Samples = 50_000;

    private static readonly Gen<string> Groups = Gen.OneOf(
        Gen.OneOf("0", "00", "ffff", "FFFF", "1", "12345", "::", ":", ":::", "", "1.2.3.4", "255.255.255.255", "1.2.3.256", "01.2.3.4", "1.2.3", ".", "g", "%1", "/8"),
        Gen.UShort.Select(static group => group.ToString("x", null)));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Select(Groups.Array[0, 9], Gen.OneOf(":", "::", ".", "")).Select(static (groups, separator) => string.Join(separator, groups)),
        Gen.OneOf("0", "1", "9", "10", "255", "256", "01", "00", "099", "1000", "", "a", " 1").Array[1, 6].Select(static octets => string.Join('.', octets)),
        Gen.Char["0123456789abF:."].Array[0, 24].Select(static characters => new string(characters)));

    [TestCase("1.2.3.4", "::ffff:1.2.3.4")]
    [TestCase("0.0.0.0", "::ffff:0.0.0.0")]
    [TestCase("255.255.255.255", "::ffff:255.255.255.255")]
    [TestCase("::", "::")]
    [TestCase("::1", "::1")]
    [TestCase("1::", "1::")]
    [TestCase("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [TestCase("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [TestCase("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8")]
    [TestCase("2001:DB8::00ff", "2001:db8::ff")]
    [TestCase("::ffff:1.2.3.4", "::ffff:1.2.3.4")]
    [TestCase("::ffff:102:304", "::ffff:1.2.3.4")]
    [TestCase("64:ff9b::1.2.3.4", "64:ff9b::102:304")]
    [TestCase("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304")]
    public void Read(string text, string address)
    {
        Assert.That(MappedAddress.TryParse(Parsed.Bytes(text), out var bits), Is.True);
        Assert.That(bits, Is.EqualTo(Bits(IPAddress.Parse(address))));
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("10.1")]
    [TestCase("1.2.3")]
    [TestCase("1.2.3.4.5")]
    [TestCase("1.2.3.4 ")]
    [TestCase(" 1.2.3.4")]
    [TestCase("1.2.3.4:80")]
    [TestCase("1.2.3.256")]
    [TestCase("1.2.3.0256")]
    [TestCase("01.2.3.4")]
    [TestCase("1.2.3.00")]
    [TestCase("0x1.2.3.4")]
    [TestCase("1..2.3")]
    [TestCase("1.2.3.")]
    [TestCase("1.2.3.-4")]
    [TestCase("167772161")]
    [TestCase(":")]
    [TestCase(":::")]
    [TestCase("1:")]
    [TestCase(":1")]
    [TestCase("::1:")]
    [TestCase("1::2::3")]
    [TestCase("1:2:3:4:5:6:7")]
    [TestCase("1:2:3:4:5:6:7:8:9")]
    [TestCase("1:2:3:4::5:6:7:8")]
    [TestCase("::1:2:3:4:5:6:7:8")]
    [TestCase("12345::")]
    [TestCase("::g")]
    [TestCase("[::1]")]
    [TestCase("fe80::1%eth0")]
    [TestCase("fe80::1%1")]
    [TestCase("::1/64")]
    [TestCase("::1.2.3")]
    [TestCase("::1.2.3.4:5")]
    [TestCase("::01.2.3.4")]
    [TestCase("::1.2.3.4.5")]
    [TestCase("1:2:3:4:5:6:7:1.2.3.4")]
    [TestCase("1.2.3.4::")]
    [TestCase("unknown")]
    public void Refused(string text)
    {
        Assert.That(MappedAddress.TryParse(Parsed.Bytes(text), out var bits), Is.False);
        Assert.That(bits, Is.EqualTo(UInt128.Zero));
    }

    [Test]
    public void Every_address_comes_back_from_its_text() =>
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16], Gen.OneOf<byte>(0, 0, 1, 255).Array[16]).Sample(
            static bytes =>
            {
                var address = new IPAddress(bytes);
                Assert.That(MappedAddress.TryParse(Parsed.Bytes(address.ToString()), out var bits), Is.True);
                Assert.That(bits, Is.EqualTo(Bits(address)));
                Assert.That(MappedAddress.From(address), Is.EqualTo(bits));
                Assert.That(MappedAddress.IsV4(bits), Is.EqualTo(bytes.Length == 4 || address.IsIPv4MappedToIPv6));
            },
            iter: Samples);

    [Test]
    public void Exactly_those_texts_are_read_that_the_grammar_has() => Texts.Sample(
        static text =>
        {
            var expected = SlowAddresses.Read(text);
            Assert.That(MappedAddress.TryParse(Parsed.Bytes(text), out var bits), Is.EqualTo(expected is not null));
            Assert.That(bits, Is.EqualTo(expected is null ? UInt128.Zero : Bits(expected)));

            // The library takes more, but nothing for another address.
            Assert.That(expected is null || Bits(IPAddress.Parse(text)) == bits, Is.True);
        },
        iter: Samples);

    [TestCase("10.0.0.0/8,192.0.2.7/32", "10.255.0.1,192.0.2.7,::ffff:10.0.0.1", "11.0.0.0,192.0.2.6,::10.0.0.1,::1")]
    [TestCase("fd00::/8,2001:db8::1/128", "fdff::1,2001:db8::1", "fe00::,2001:db8::2,10.0.0.1")]
    [TestCase("::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.0,::a00:1")]
    [TestCase("::/0", "::,ffff::1", "0.0.0.0,10.0.0.1")]
    [TestCase("0.0.0.0/0", "0.0.0.0,255.1.1.1", "::,::1")]
    [TestCase("", "", "::,1.2.3.4")]
    public void Networks_have_the_addresses_of_their_family(string networks, string inside, string outside)
    {
        var set = new AddressNetworks(Split(networks).Select(static network => IPNetwork.Parse(network)));
        Assert.That(Split(inside).Where(address => !set.Contains(Bits(IPAddress.Parse(address)))), Is.Empty);
        Assert.That(Split(outside).Where(address => set.Contains(Bits(IPAddress.Parse(address)))), Is.Empty);
    }

    [Test]
    public void Networks_have_the_addresses_that_the_librarys_have() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.Int[0, 128], Gen.Int[0, 127]).Sample(
            static (bytes, length, flipped) =>
            {
                length %= (bytes.Length * 8) + 1;
                flipped %= bytes.Length * 8;
                var network = new IPNetwork(Masked(bytes, length), length);
                var other = bytes.ToArray();
                other[flipped / 8] ^= (byte)(0x80 >> (flipped % 8));
                var set = new AddressNetworks([network]);
                Assert.That(set.Contains(MappedAddress.From(new IPAddress(bytes))), Is.True);
                Assert.That(set.Contains(MappedAddress.From(new IPAddress(other))), Is.EqualTo(network.Contains(new IPAddress(other))));
            },
            iter: Samples);

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static UInt128 Bits(IPAddress address) =>
        address.MapToIPv6().GetAddressBytes().Aggregate(UInt128.Zero, static (bits, value) => (bits << 8) | value);

    private static IPAddress Masked(byte[] bytes, int length) =>
        new([.. bytes.Select((value, i) => (byte)(value & ~(0xFF >> Math.Clamp(length - (i * 8), 0, 8))))]);
}
