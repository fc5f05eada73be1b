using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Testing;
using LbCore.Topology;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LbCore.Tests.Documentation;

/// <summary>The code of the documentation. It is compiled here and not run, but for the tests in it; a test looks whether the documentation has the same.</summary>
internal static class EmbeddingExamples
{
    public static async Task SmallestHostAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddLbCore(options =>
        {
            options.Listeners["web"] = new ListenerOptions { Address = "127.0.0.1:8080", Cluster = "app" };
            options.Clusters["app"] = new ClusterOptions
            {
                Backends =
                {
                    ["a"] = new BackendOptions { Address = "127.0.0.1:9001" },
                    ["b"] = new BackendOptions { Address = "127.0.0.1:9002", Weight = 2 },
                },
            };
        });
        await builder.Build().RunAsync();
    }

    public static void FromConfiguration(HostApplicationBuilder builder)
    {
        builder.Services.AddLbCore(builder.Configuration.GetSection("LbCore"));
    }

    public static void OwnStrategy(HostApplicationBuilder builder)
    {
        builder.Services.AddLbCore(builder.Configuration.GetSection("LbCore")).AddStrategy<FillFirst>();
    }

    public static void Several(HostApplicationBuilder builder)
    {
        builder.Services.AddLbCore("edge", builder.Configuration.GetSection("Edge"));
        builder.Services.AddLbCore("inner", builder.Configuration.GetSection("Inner"));
    }

    public static (LoadBalancer Edge, LoadBalancer Plain) Resolved(IHost host)
    {
        var edge = host.Services.GetRequiredKeyedService<LoadBalancer>("edge");
        var plain = host.Services.GetRequiredService<LoadBalancer>();
        return (edge, plain);
    }

    public static void LongerStop(HostApplicationBuilder builder)
    {
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(5));
    }

    public static async Task ReloadAsync(LoadBalancer balancer, ILogger logger, Task stopSignal)
    {
        var reloader = new OptionsReloader(balancer, () => ConfigurationFile.Read("lbcore.json"), logger);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            reloader.Request();
        });
        await stopSignal;
    }

    public static async Task WithoutHostAsync(ILoggerFactory loggerFactory, Task stopSignal)
    {
        var options = new LbCoreOptions();
        options.Listeners["web"] = new ListenerOptions { Address = "127.0.0.1:8080", Cluster = "app" };
        options.Clusters["app"] = new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = "127.0.0.1:9001" } } };

        await using var balancer = LoadBalancer.Create(options, loggerFactory);
        await balancer.StartAsync();
        Console.WriteLine(balancer.EndPoints["web"]);
        await stopSignal;
        await balancer.StopAsync();
    }

    internal sealed class FillFirstTests : StrategyContractTests
    {
        protected override IBalancingStrategy CreateStrategy() => new FillFirst();
    }

    internal sealed class FillFirst : IBalancingStrategy
    {
        public string Name => "fill-first";

        public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
            new RoundRobinStrategy(Name).Create(set, arguments, previous);
    }
}
