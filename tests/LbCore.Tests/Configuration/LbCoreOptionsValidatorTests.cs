using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LbCoreOptionsValidatorTests
{
    [Test]
    public void Good_options_have_no_errors() => Assert.That(Validate(Good()), Is.Empty);

    [Test]
    public void The_default_strategy_exists() =>
        Assert.That(new ClusterOptions().Strategy.Type, Is.EqualTo(StrategyNames.RoundRobin));

    [Test]
    public void Every_error_is_reported_at_once_with_its_path()
    {
        var options = Good();
        options.Loops = 0;
        options.ShutdownTimeout = TimeSpan.FromSeconds(-1);
        options.Engine = (EngineKind)9;
        options.Listeners["web"].Address = "nonsense";
        options.Listeners["web"].Mode = (ListenerMode)7;
        options.Listeners["web"].Cluster = "ap";
        options.Listeners["web"].MaxConnections = 0;
        options.Listeners["web"].Timeouts.Idle = TimeSpan.Zero;
        var cluster = options.Clusters["app"];
        cluster.Strategy = "fair";
        cluster.Timeouts.Connect = TimeSpan.Zero;
        cluster.Retries.Max = -1;
        cluster.Backends["a"].Address = "127.0.0.1";
        cluster.Backends["a"].Weight = 257;
        cluster.Backends["a"].MaxConnections = 0;
        cluster.Backends["b c"] = new BackendOptions();

        Assert.That(Validate(options).Select(static error => error.Path), Is.EquivalentTo(new[]
        {
            "engine",
            "loops",
            "shutdownTimeout",
            "listeners.web.address",
            "listeners.web.mode",
            "listeners.web.cluster",
            "listeners.web.maxConnections",
            "listeners.web.timeouts.idle",
            "clusters.app.strategy",
            "clusters.app.timeouts.connect",
            "clusters.app.retries.max",
            "clusters.app.backends.a.address",
            "clusters.app.backends.a.weight",
            "clusters.app.backends.a.maxConnections",
            "clusters.app.backends.b c",
            "clusters.app.backends.b c.address",
        }));
    }

    [Test]
    public void Nothing_at_all_is_an_error() =>
        Assert.That(Validate(new LbCoreOptions()).Single().Path, Is.EqualTo("listeners"));

    [Test]
    public void Messages_say_how_to_mend_it()
    {
        var options = Good();
        options.Listeners["web"].Mode = (ListenerMode)7;
        options.Listeners["web"].Cluster = "ap";
        options.Clusters["app"].Backends["a"].Weight = 300;
        var text = string.Join('\n', Validate(options));

        Assert.That(text, Does.Contain("listeners.web.mode: 7 is no mode; set it to http or tcp"));
        Assert.That(text, Does.Contain("there is no cluster 'ap'; use app"));
        Assert.That(text, Does.Contain("clusters.app.backends.a.weight: 300 is out of range; use 0 to 256"));
    }

    [Test]
    public void Two_listeners_on_one_address_are_an_error_unless_the_port_is_picked()
    {
        var options = Good();
        options.Listeners["again"] = new ListenerOptions { Address = "127.0.0.1:0", Mode = ListenerMode.Tcp, Cluster = "app" };
        Assert.That(Validate(options), Is.Empty);

        options.Listeners["web"].Address = "127.0.0.1:8080";
        options.Listeners["again"].Address = "127.0.0.1:8080";
        Assert.That(Validate(options).Single().Path, Is.EqualTo("listeners.again.address"));
    }

    [TestCase("127.0.0.1:8080", "*:8080")]
    [TestCase("*:8080", "127.0.0.1:8080")]
    [TestCase("0.0.0.0:8080", "127.0.0.1:8080")]
    [TestCase("[::]:8080", "0.0.0.0:8080")]
    [TestCase("[::ffff:127.0.0.1]:8080", "127.0.0.1:8080")]
    [TestCase("unix:/run/a.sock", "unix:/run/./x/..//a.sock")]
    public void Two_listeners_on_addresses_that_overlap_are_an_error(string first, string second)
    {
        var error = Validate(WithListeners(first, second)).Single();
        Assert.That(error.Path, Is.EqualTo("listeners.again.address"));
        Assert.That(error.Message, Does.Contain($"'{second}'").And.Contain($"'{first}' of listener 'web'"));
    }

    [TestCase("127.0.0.1:8080", "127.0.0.2:8080")]
    [TestCase("127.0.0.1:8080", "*:8081")]
    [TestCase("0.0.0.0:8080", "[::1]:8080")]
    [TestCase("*:0", "*:0")]
    [TestCase("unix:/run/a.sock", "unix:/run/b.sock")]
    public void Listeners_beside_each_other_are_fine(string first, string second) =>
        Assert.That(Validate(WithListeners(first, second)), Is.Empty);

    [Test]
    public void A_mistyped_name_gets_the_nearest_one()
    {
        var options = Good();
        options.Listeners["web"].Cluster = "ap";
        options.Clusters["app"].Strategy = "rond-robin";
        var text = string.Join('\n', Validate(options));

        Assert.That(text, Does.Contain("did you mean app?").And.Contain("did you mean round-robin?"));
    }

    private static LbCoreOptions WithListeners(string first, string second)
    {
        var options = Good();
        options.Listeners["web"].Address = first;
        options.Listeners["again"] = new ListenerOptions { Address = second, Mode = ListenerMode.Tcp, Cluster = "app" };
        return options;
    }

    private static IReadOnlyList<ConfigurationError> Validate(LbCoreOptions options) =>
        LbCoreOptionsValidator.Validate(options, new StrategyCatalog(StrategyRegistry.BuiltIn), IPAddress.IsLoopback);

    private static LbCoreOptions Good()
    {
        var cluster = new ClusterOptions();
        cluster.Backends.Add("a", new BackendOptions { Address = "127.0.0.1:9001", Weight = 2 });
        var options = new LbCoreOptions();
        options.Clusters.Add("app", cluster);
        options.Listeners.Add("web", new ListenerOptions { Address = "127.0.0.1:0", Mode = ListenerMode.Tcp, Cluster = "app" });
        return options;
    }
}
