using System;
using System.Linq;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>Time limits and bounds have defaults that are shown, and ranges that are held.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LimitOptionsTests
{
    [Test]
    public void Every_default_is_printed()
    {
        var text = string.Concat(ConfigurationFile.Format(Good()).Where(static c => !char.IsWhiteSpace(c)));
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Contain("\"maxConnections\":10000,\"maxConnectionsPerAddress\":5000,\"abortOnClose\":false"));
            Assert.That(text, Does.Contain(
                "\"timeouts\":{\"head\":\"10s\",\"body\":\"30s\",\"keepAlive\":\"1m\",\"tunnel\":\"1h\",\"halfClosed\":\"30s\"}"));
            Assert.That(text, Does.Contain(
                "\"limits\":{\"headBytes\":\"32KiB\",\"targetBytes\":\"8KiB\",\"headers\":100,\"bodyBytes\":\"none\",\"requests\":10000,\"minRate\":\"240B\"}"));
            Assert.That(text, Does.Contain("\"weight\":1,\"maxConnections\":\"none\",\"state\":\"active\"}"));
            Assert.That(text, Does.Contain("\"timeouts\":{\"connect\":\"2s\",\"response\":\"1m\",\"responseBody\":\"1m\",\"idle\":\"55s\"}"));
            Assert.That(text, Does.Contain("\"limits\":{\"headBytes\":\"32KiB\",\"headers\":100}"));
        });
    }

    [Test]
    public void What_is_out_of_its_range_is_named_with_it()
    {
        var options = Good();
        var listener = options.Listeners["web"];
        listener.MaxConnectionsPerAddress = 0;
        listener.Limits.HeadBytes = 1023;
        listener.Limits.TargetBytes = 63;
        listener.Limits.BodyBytes = 0;
        listener.Limits.Requests = 0;
        listener.Limits.MinRate = -1;
        listener.Timeouts.HalfClosed = TimeSpan.FromMilliseconds(99);
        var cluster = options.Clusters["app"];
        cluster.Timeouts.Idle = TimeSpan.Zero;
        cluster.Limits.HeadBytes = 512 * 1024;
        cluster.Limits.Headers = 1001;
        var errors = LbCoreOptionsValidator.Validate(options, new StrategyCatalog(StrategyRegistry.BuiltIn), static _ => true);
        Assert.That(errors.Select(static error => error.ToString()), Is.EquivalentTo(new[]
        {
            "listeners.web.maxConnectionsPerAddress: 0 is out of range; use 1 to 1000000",
            "listeners.web.limits.headBytes: 1023B is out of range; use 1KiB to 256KiB",
            "listeners.web.limits.targetBytes: 63B is out of range; use 64B to 256KiB",
            "listeners.web.limits.bodyBytes: 0B is out of range; use 1B or more",
            "listeners.web.limits.requests: 0 is out of range; use 1 or more",
            "listeners.web.limits.minRate: -1B is out of range; use 0B to 1GiB",
            "listeners.web.timeouts.halfClosed: 99ms is out of range; use 100ms to 30d",
            "clusters.app.timeouts.idle: 0s is out of range; use 100ms to 1d",
            "clusters.app.limits.headBytes: 512KiB is out of range; use 1KiB to 256KiB",
            "clusters.app.limits.headers: 1001 is out of range; use 1 to 1000",
        }));
    }

    [TestCase("1B", 1L)]
    [TestCase("2GiB", 1L << 31)]
    [TestCase("1048576GiB", 1L << 50)]
    [TestCase("0B", 0L)]
    public void A_size_may_be_as_large_as_a_body(string text, long size) => Assert.Multiple(() =>
    {
        Assert.That((ByteSize.TryParse(text, 1L << 60, out var read, out _), read), Is.EqualTo((true, size)));
        Assert.That(ByteSize.Format(size), Is.EqualTo(text));
    });

    [TestCase("2GiB")]
    [TestCase("99999999999999GiB")]
    public void A_size_that_its_key_cannot_hold_is_refused(string text)
    {
        Assert.That(ByteSize.TryParse(text, 1L << 31, out _, out var error), Is.False);
        Assert.That(error, Does.EndWith("less than 2GiB"));
    }

    [TestCase("true", true)]
    [TestCase("false", false)]
    public void A_flag_is_read_as_the_environment_has_it(string text, bool value)
    {
        var options = Good();
        options.Listeners["web"].AbortOnClose = !value;
        Assert.That(ConfigurationFile.Override(options, $"listeners.web.abortOnClose={text}").Listeners["web"].AbortOnClose, Is.EqualTo(value));
    }

    [TestCase("yes")]
    [TestCase("1")]
    [TestCase("True")]
    public void What_is_no_flag_is_refused(string text)
    {
        var error = LoadBalancer.Check(ConfigurationFile.Override(Good(), $"listeners.web.abortOnClose={text}")).Single();
        Assert.That((error.Path, error.Message), Is.EqualTo(("listeners.web.abortOnClose", $"'{text}' cannot be read; write true or false")));
    }

    private static LbCoreOptions Good()
    {
        var options = new LbCoreOptions();
        options.Listeners.Add("web", new ListenerOptions { Address = "127.0.0.1:0", Cluster = "app" });
        var cluster = new ClusterOptions();
        cluster.Backends.Add("a", new BackendOptions { Address = "127.0.0.1:9001" });
        options.Clusters.Add("app", cluster);
        return options;
    }
}
