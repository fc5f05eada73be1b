using System.Linq;
using LbCore.Balancing;
using LbCore.Balancing.Hashing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class KeyParametersTests
{
    private static readonly StrategyParameter Key = KeyParameters.All.Single(static parameter => parameter.Name == "key");

    [TestCase("address", SelectionKeyKind.ClientAddress, "")]
    [TestCase("path", SelectionKeyKind.Path, "")]
    [TestCase("header:X-User", SelectionKeyKind.Header, "X-User")]
    [TestCase("cookie:sid", SelectionKeyKind.Cookie, "sid")]
    [TestCase("query:ids[]", SelectionKeyKind.Query, "ids[]")]
    public void A_key_is_read_as_it_is_written(string text, SelectionKeyKind kind, string name)
    {
        foreach (var strategy in new IBalancingStrategy[] { new ConsistentHashStrategy(), new RendezvousStrategy(), new MaglevStrategy() })
        {
            Assert.That(Key.Check(text), Is.Null);
            var read = strategy.KeyOf(HashSets.Arguments(strategy, ("key", text)));
            Assert.That(read, Is.EqualTo(new SelectionKey(kind, name)));
        }
    }

    [TestCase("host", "'host' is no key; use address, header:<name>, cookie:<name>, path or query:<name>")]
    [TestCase("", "'' is no key; use address, header:<name>, cookie:<name>, path or query:<name>")]
    [TestCase("Path", "'Path' is no key; use address, header:<name>, cookie:<name>, path or query:<name>")]
    [TestCase("header:", "'header:' lacks a name; write header:<name>")]
    [TestCase("header:X User", "the character at 2 of 'X User' cannot stand in such a name; use letters, digits and !#$%&'*+-.^_`|~")]
    [TestCase("cookie:a=b", "the character at 2 of 'a=b' cannot stand in such a name; use letters, digits and !#$%&'*+-.^_`|~")]
    [TestCase("query:a&b", "the character at 2 of 'a&b' cannot stand in such a name; write it as clients send it, percent-encoded")]
    [TestCase("query:größe", "the character at 3 of 'größe' cannot stand in such a name; write it as clients send it, percent-encoded")]
    public void What_is_no_key_is_refused_with_the_mend(string text, string error) => Assert.That(Key.Check(text), Is.EqualTo(error));

    [Test]
    public void A_name_has_its_limit()
    {
        Assert.That(Key.Check("cookie:" + new string('a', 128)), Is.Null);
        Assert.That(Key.Check("cookie:" + new string('a', 129)), Is.EqualTo("the name after 'cookie:' has 129 characters; at most 128 are allowed"));
    }

    [TestCase("path", "ipv4Prefix", "'ipv4Prefix' is about addresses, and the key is 'path'; remove 'ipv4Prefix', or use the key 'address'")]
    [TestCase("cookie:sid", "ipv6Prefix", "'ipv6Prefix' is about addresses, and the key is 'cookie:sid'; remove 'ipv6Prefix', or use the key 'address'")]
    [TestCase("address", "ipv4Prefix", null)]
    public void A_prefix_goes_with_addresses_only(string key, string prefix, string? error)
    {
        foreach (var strategy in new IBalancingStrategy[] { new ConsistentHashStrategy(), new RendezvousStrategy(), new MaglevStrategy() })
        {
            Assert.That(strategy.Check(HashSets.Arguments(strategy, ("key", key), (prefix, "24"))), Is.EqualTo(error));
        }
    }

    [TestCase("0", null)]
    [TestCase("1.1", null)]
    [TestCase("1", "1 is out of range; use 0 (off), or 1.1 to 10")]
    [TestCase("1.25", null)]
    [TestCase("10", null)]
    [TestCase("0.5", "0.5 is out of range; use 0 (off), or 1.1 to 10")]
    [TestCase("10.1", "10.1 is out of range; use 0 (off), or 1.1 to 10")]
    [TestCase("-1", "'-1' is no number; use 0 (off), or 1.1 to 10")]
    [TestCase("off", "'off' is no number; use 0 (off), or 1.1 to 10")]
    [TestCase("NaN", "NaN is out of range; use 0 (off), or 1.1 to 10")]
    public void A_balance_factor_is_off_or_somewhat_above_one(string text, string? error) =>
        Assert.That(new ConsistentHashStrategy().Parameters.Single(static parameter => parameter.Name == "balanceFactor").Check(text), Is.EqualTo(error));

    [TestCase("10.1.2.3", "10.1.2.3", 32, 64, true)]
    [TestCase("10.1.2.3", "10.1.2.4", 32, 64, false)]
    [TestCase("10.1.2.3", "10.1.2.4", 24, 64, true)]
    [TestCase("10.1.2.3", "10.1.3.3", 24, 64, false)]
    [TestCase("10.1.2.3", "127.1.2.3", 1, 64, true)]
    [TestCase("10.1.2.3", "128.1.2.3", 1, 64, false)]
    [TestCase("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", 32, 64, true)]
    [TestCase("2001:db8:1:2::3", "2001:db8:1:3::3", 32, 64, false)]
    [TestCase("2001:db8:1:2::3", "2001:db8:1:2::4", 32, 128, false)]
    [TestCase("2001:db8:1:2::3", "2001:db8:1:3::3", 32, 48, true)]
    [TestCase("::fffe:10.1.2.3", "10.1.2.3", 32, 128, false)]
    public void Of_an_address_the_prefix_counts(string one, string other, int ipv4Prefix, int ipv6Prefix, bool isSame)
    {
        var hasher = new KeyHasher(new SelectionKey(SelectionKeyKind.ClientAddress), ipv4Prefix, ipv6Prefix);
        Assert.That(Hash(one) == Hash(other), Is.EqualTo(isSame));

        ulong Hash(string text)
        {
            var none = default(ExclusionSet);
            var input = new SelectionInput(HashSets.Address(text), 0, HasKey: true);
            Assert.That(hasher.TryHash(new SelectionContext(in none, TestSets.Random, in input), out var hash), Is.True);
            return hash;
        }
    }

    [TestCase("10.0.0.7", "client address 10.0.0.7/32 hashes to 0x")]
    [TestCase("2001:db8::7", "client address 2001:db8::7/64 hashes to 0x")]
    public void An_address_is_explained_as_people_write_it(string client, string expected) => Assert.That(
        HashSets.Create(StrategyNames.Maglev, TestSets.Of([1, 1]), null).Explain(new SelectionInput(HashSets.Address(client), 0, HasKey: true))[0],
        Does.StartWith(expected));
}
