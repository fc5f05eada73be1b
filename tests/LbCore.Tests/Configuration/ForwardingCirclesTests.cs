using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ForwardingCirclesTests
{
    private static readonly IPAddress Own = IPAddress.Parse("192.0.2.7");

    [TestCase("127.0.0.1:8080", "127.0.0.1:8080")]
    [TestCase("127.0.0.1:8080", "[::ffff:127.0.0.1]:8080")]
    [TestCase("[::1]:8080", "[::1]:8080")]
    [TestCase("[::1]:8080", "[0:0:0:0:0:0:0:1]:8080")]
    [TestCase("*:8080", "127.0.0.1:8080")]
    [TestCase("*:8080", "127.9.9.9:8080")]
    [TestCase("*:8080", "[::1]:8080")]
    [TestCase("*:8080", "192.0.2.7:8080")]
    [TestCase("*:8080", "[::ffff:192.0.2.7]:8080")]
    [TestCase("[::]:8080", "127.0.0.1:8080")]
    [TestCase("0.0.0.0:8080", "127.0.0.1:8080")]
    [TestCase("0.0.0.0:8080", "192.0.2.7:8080")]
    [TestCase("192.0.2.7:8080", "192.0.2.7:8080")]
    [TestCase("unix:/run/a.sock", "unix:/run/a.sock")]
    [TestCase("unix:/run/a.sock", "unix:/run//./x/../a.sock")]
    public void A_listeners_own_address_is_no_backend(string listener, string backend)
    {
        var error = Validate(One(listener, backend)).Single();

        Assert.That(error.Path, Is.EqualTo("clusters.app.backends.a.address"));
        Assert.That(error.Message, Does.StartWith($"'{backend}'").And.Contain("listener 'web'").And.Contain("write the address of another server"));
    }

    [TestCase("127.0.0.1:8080", "127.0.0.1:8081")]
    [TestCase("127.0.0.1:8080", "127.0.0.2:8080")]
    [TestCase("127.0.0.1:8080", "192.0.2.7:8080")]
    [TestCase("127.0.0.1:8080", "[::1]:8080")]
    [TestCase("0.0.0.0:8080", "[::1]:8080")]
    [TestCase("*:8080", "198.51.100.1:8080")]
    [TestCase("127.0.0.1:0", "127.0.0.1:8080")]
    [TestCase("*:0", "127.0.0.1:8080")]
    [TestCase("unix:/run/a.sock", "unix:/run/b.sock")]
    [TestCase("unix:/run/a.sock", "127.0.0.1:8080")]
    public void Another_address_is_fine(string listener, string backend) => Assert.That(Validate(One(listener, backend)), Is.Empty);

    [Test]
    public void A_relative_path_is_the_same_as_the_whole_one() => Assert.That(
        Validate(One("unix:a.sock", "unix:" + Path.Combine(Directory.GetCurrentDirectory(), "a.sock"))), Has.Count.EqualTo(1));

    [Test]
    public void Two_listeners_that_lead_to_each_other_are_a_circle_and_both_ways_are_named()
    {
        var options = new LbCoreOptions();
        Add(options, "a", "127.0.0.1:8001", "127.0.0.1:8002", "127.0.0.1:9001");
        Add(options, "b", "127.0.0.1:8002", "127.0.0.1:8001");

        var errors = Validate(options);
        Assert.That(errors.Select(static error => error.Path), Is.EqualTo(new[]
        {
            "clusters.a.backends.1.address",
            "clusters.b.backends.1.address",
        }));
        Assert.That(errors[0].Message, Does.Contain("listener 'b'").And.Contain("over clusters.b.backends.1.address"));
    }

    [Test]
    public void A_long_way_round_is_a_circle_and_what_only_leads_into_it_is_not_named()
    {
        var options = new LbCoreOptions();
        Add(options, "in", "*:8000", "127.0.0.1:8001");
        Add(options, "a", "*:8001", "127.0.0.1:8002");
        Add(options, "b", "*:8002", "127.0.0.1:8003", "127.0.0.1:8004");
        Add(options, "c", "*:8003", "127.0.0.1:8001");
        Add(options, "out", "*:8004", "127.0.0.1:9001");

        Assert.That(Validate(options).Select(static error => error.Path), Is.EqualTo(new[]
        {
            "clusters.a.backends.1.address",
            "clusters.b.backends.1.address",
            "clusters.c.backends.1.address",
        }));
    }

    [Test]
    public void One_listener_behind_another_is_no_circle()
    {
        var options = new LbCoreOptions();
        Add(options, "front", "127.0.0.1:8001", "127.0.0.1:8002");
        Add(options, "back", "127.0.0.1:8002", "127.0.0.1:9001");

        Assert.That(Validate(options), Is.Empty);
    }

    [Test]
    public void A_cluster_that_no_listener_leads_to_may_name_a_listener()
    {
        var options = One("127.0.0.1:8080", "127.0.0.1:9001");
        options.Clusters.Add("unused", Cluster("127.0.0.1:8080"));

        Assert.That(Validate(options), Is.Empty);
    }

    [Test]
    public void A_further_listener_of_the_cluster_counts()
    {
        var options = One("127.0.0.1:8080", "127.0.0.1:8081");
        options.Listeners.Add("more", Listener("127.0.0.1:8081", "app"));

        Assert.That(Validate(options).Single().Message, Does.Contain("listener 'more'"));
    }

    [Test]
    public void Options_with_other_errors_are_read_all_the_same()
    {
        var options = One("127.0.0.1:8080", "127.0.0.1:8080");
        options.Listeners.Add("null", null!);
        options.Listeners.Add("bad", Listener("nonsense", null!));
        options.Clusters.Add("null", null!);
        options.Clusters["app"].Backends.Add("null", null!);
        options.Clusters["app"].Backends.Add("bad", new BackendOptions { Address = null! });

        Assert.That(Validate(options).Select(static error => error.Path), Does.Contain("clusters.app.backends.a.address"));
    }

    [Test]
    public void The_machine_is_asked_for_its_addresses_only_when_the_answer_depends_on_them()
    {
        var options = One("*:8080", "198.51.100.1:9001");
        Assert.That(
            LbCoreOptionsValidator.Validate(options, new StrategyCatalog(StrategyRegistry.BuiltIn), static _ => throw new AssertionException("asked")), Is.Empty);
    }

    private static IReadOnlyList<ConfigurationError> Validate(LbCoreOptions options) => LbCoreOptionsValidator.Validate(
        options, new StrategyCatalog(StrategyRegistry.BuiltIn), static address => IPAddress.IsLoopback(address) || address.Equals(Own));

    private static LbCoreOptions One(string listener, string backend)
    {
        var cluster = new ClusterOptions();
        cluster.Backends.Add("a", new BackendOptions { Address = backend });
        var options = new LbCoreOptions();
        options.Clusters.Add("app", cluster);
        options.Listeners.Add("web", Listener(listener, "app"));
        return options;
    }

    private static void Add(LbCoreOptions options, string name, string listener, params string[] backends)
    {
        options.Listeners.Add(name, Listener(listener, name));
        options.Clusters.Add(name, Cluster(backends));
    }

    private static ListenerOptions Listener(string address, string cluster) =>
        new() { Address = address, Mode = ListenerMode.Tcp, Cluster = cluster };

    private static ClusterOptions Cluster(params string[] backends)
    {
        var cluster = new ClusterOptions();
        foreach (var (index, backend) in backends.Index())
        {
            cluster.Backends.Add($"{index + 1}", new BackendOptions { Address = backend });
        }

        return cluster;
    }
}
