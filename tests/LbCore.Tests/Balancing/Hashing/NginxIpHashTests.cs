using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Balancing;
using LbCore.Balancing.Hashing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing.Hashing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class NginxIpHashTests
{
    private static readonly string[] Clients =
    [
        "10.0.0.7", "10.0.0.200", "10.0.1.7", "192.168.1.1", "203.0.113.9", "1.2.3.4", "127.0.0.1", "8.8.8.8", "172.16.254.3",
        "100.64.0.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "fe80::1234:5678:9abc:def0", "2a00:1450:4001:81b::200e", "ff02::fb",
    ];

    // What nginx 1.22.1 chose. The third has servers 0 and 3 marked "down".
    [TestCase(new[] { 1, 1, 1 }, new[] { 1, 1, 1 }, new[] { 0, 0, 1, 1, 0, 1, 2, 2, 1, 1, 2, 0, 2, 2, 0, 2 })]
    [TestCase(new[] { 5, 1, 2, 7 }, new[] { 5, 1, 2, 7 }, new[] { 0, 0, 0, 0, 3, 0, 1, 3, 3, 3, 1, 2, 3, 3, 3, 3 })]
    [TestCase(new[] { 5, 1, 2, 7 }, new[] { 0, 1, 2, 0 }, new[] { 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2 })]
    public void The_choice_is_that_of_nginx(int[] configured, int[] weights, int[] expected)
    {
        var selector = Create(configured, weights);
        Assert.That(Clients.Select(client => Select(selector, client)), Is.EqualTo(expected));
    }

    [Test]
    public void What_is_excluded_is_passed_over_as_what_is_down()
    {
        var selector = Create([5, 1, 2, 7], [5, 1, 2, 7]);
        Assert.That(Clients.Select(client => Select(selector, client, 0, 3)), Is.EqualTo(new[] { 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2 }));
    }

    [Test]
    public void Where_the_hashes_find_nobody_round_robin_does_and_carries_on_in_the_next_selector()
    {
        int[] configured = [.. Enumerable.Repeat(256, 20), 1, 1];
        int[] weights = [.. Enumerable.Repeat(0, 20), 1, 1];
        var first = Create(configured, weights);
        var client = Enumerable.Range(0, 200).Select(static i => $"10.9.{i}.1").First(text => Select(first, text) != Select(first, text));
        var one = Select(first, client);
        var second = Create(configured, weights, first);

        Assert.That(Select(second, client), Is.Not.EqualTo(one));
        Assert.That(Select(second, client, 20), Is.EqualTo(21));
        Assert.That(Select(second, client, 20, 21), Is.EqualTo(BackendSelector.None));
        Assert.That(Explain(second, client)[^1], Is.EqualTo("after 20 more hashes the next in round-robin is chosen"));
    }

    [Test]
    public void Clients_without_an_address_are_shared_and_not_all_given_to_one()
    {
        var selector = Create([1, 1, 1], [1, 1, 1]);
        Assert.That(Enumerable.Range(0, 6).Select(_ => selector.Select(default(SelectionInput))), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2 }));
    }

    [Test]
    public void A_set_with_nobody_to_choose_has_nobody()
    {
        Assert.That(Select(Create([], []), "10.0.0.7"), Is.EqualTo(BackendSelector.None));
        Assert.That(Select(Create([0], [0]), "10.0.0.7"), Is.EqualTo(BackendSelector.None));
        Assert.That(Select(Create([3], [0]), "10.0.0.7"), Is.EqualTo(BackendSelector.None));
    }

    [Test]
    public void Weights_beyond_the_hashes_that_there_are_do_no_harm()
    {
        var weights = Enumerable.Repeat(256, 100).ToArray();
        var selector = Create(weights, weights);
        Assert.That(Clients.Select(client => Select(selector, client)), Has.All.InRange(0, 6271 / 256));
    }

    [Test]
    public void Explaining_shows_each_hash()
    {
        var lines = Explain(Create([5, 1, 2, 7], [0, 1, 2, 0]), "10.0.0.7");
        Assert.That(lines[0], Is.EqualTo("client address 10.0.0.7, of which the first three octets count"));
        Assert.That(lines[1], Does.Match("^hashes to [0-9]+, modulo the weights' sum of 15 is [0-4]: backend b0, which takes nothing or is excluded$"));
        Assert.That(lines[^1], Does.EndWith(": backend b2 is chosen"));
    }

    [Test]
    public void An_address_prefix_is_refused_in_this_mode()
    {
        var strategy = new IpHashStrategy();
        Assert.That(strategy.Check(HashSets.Arguments(strategy, ("mode", "nginx"))), Is.Null);
        Assert.That(strategy.Check(HashSets.Arguments(strategy, ("ipv4Prefix", "24"))), Is.Null);
        Assert.That(strategy.Check(HashSets.Arguments(strategy, ("mode", "nginx"), ("ipv6Prefix", "48"))), Is.EqualTo(
            "'ipv6Prefix' does not go with the mode 'nginx', in which the first three octets of IPv4 count, and all of IPv6; remove 'ipv6Prefix', or use the mode 'consistent'"));
    }

    private static int Select(BackendSelector selector, string client, params int[] excluded) =>
        selector.Select(new SelectionInput(HashSets.Address(client), 0, HasKey: true), excluded);

    private static IReadOnlyList<string> Explain(BackendSelector selector, string client) =>
        selector.Explain(new SelectionInput(HashSets.Address(client), 0, HasKey: true));

    private static BackendSelector Create(int[] configured, int[] weights, BackendSelector? previous = null)
    {
        var set = new BackendSet([.. configured.Zip(weights).Select(static (pair, index) =>
            new Backend($"b{index}", new IPEndPoint(IPAddress.Loopback, 1), pair.First, new BackendState()) { Weight = pair.Second })]);
        return HashSets.Create(StrategyNames.IpHash, set, previous, ("mode", "nginx"));
    }
}
