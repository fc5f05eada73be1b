using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Testing;
using LbCore.Topology;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>Strategies of others: how they are added, and what becomes of those that do not build what they must.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class OwnStrategyTests
{
    [TestCase("throws", "the strategy 'own' could not build a selector: out of ideas")]
    [TestCase("null", "the strategy 'own' has built no selector; return one from Create")]
    [TestCase("other", "the strategy 'own' has built a selector of another set; give it the set that Create is given")]
    [CancelAfter(30_000)]
    public async Task What_it_does_not_build_is_an_error_of_the_configuration(string what, string error, CancellationToken token)
    {
        var extensions = new LbCoreExtensions { Strategies = { new Own(what) } };
        await using var balancer = LoadBalancer.Create(Options(), extensions);
        Assert.That(
            () => balancer.StartAsync(token),
            Throws.TypeOf<LbCoreConfigurationException>().With.Message.Contains($"clusters.app.strategy: {error}"));
    }

    [Test]
    public void Each_load_balancer_of_a_host_has_its_own_and_only_these()
    {
        var services = new ServiceCollection();
        services.AddLbCore(static options => Fill(options)).AddStrategy<Own>();
        services.AddLbCore("other", static options => Fill(options)).AddStrategy(new Own("throws"));
        services.AddLbCore("none", static options => Fill(options));
        using var provider = services.BuildServiceProvider();
        Assert.That(provider.GetRequiredKeyedService<IBalancingStrategy>("other"), Is.TypeOf<Own>());
        Assert.That(() => provider.GetRequiredService<LoadBalancer>(), Throws.Nothing);
        Assert.That(() => provider.GetRequiredKeyedService<LoadBalancer>("other"), Throws.Nothing);
        Assert.That(
            () => provider.GetRequiredKeyedService<LoadBalancer>("none").StartAsync(),
            Throws.TypeOf<LbCoreConfigurationException>().With.Message.Contains("'own' is no strategy; use round-robin or "));
    }

    private static LbCoreOptions Options()
    {
        var options = new LbCoreOptions();
        Fill(options);
        return options;
    }

    private static void Fill(LbCoreOptions options)
    {
        options.Listeners["web"] = new ListenerOptions { Address = "127.0.0.1:0", Cluster = "app" };
        options.Clusters["app"] = new ClusterOptions { Strategy = "own", Backends = { ["a"] = new BackendOptions { Address = "127.0.0.1:9" } } };
    }

    private sealed class Own(string what) : IBalancingStrategy
    {
        public Own()
            : this("")
        {
        }

        public string Name => "own";

        public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) => what switch
        {
            "throws" => throw new InvalidOperationException("out of ideas"),
            "null" => null!,
            "other" => new RoundRobinStrategy(Name).Create(TestBackends.Create(1), arguments, previous),
            _ => new RoundRobinStrategy(Name).Create(set, arguments, previous),
        };
    }
}
