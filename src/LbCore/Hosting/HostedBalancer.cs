using System;
using LbCore.Balancing;
using LbCore.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LbCore.Hosting;

/// <summary>One load balancer of a host: its name, and where its options come from.</summary>
internal sealed class HostedBalancer
{
    /// <param name="name">Its name; empty for the one without.</param>
    /// <param name="given">Options that are taken as they are; null when they are configured by the name.</param>
    public HostedBalancer(string name, LbCoreOptions? given)
    {
        Name = name;
        Given = given;
    }

    public string Name { get; }

    public LbCoreOptions? Given { get; }

    /// <summary>Gets or sets the configuration that is one of the layers of its options; null without one.</summary>
    public IConfiguration? Configuration { get; set; }

    public LoadBalancer Find(IServiceProvider services) => Name.Length == 0
        ? services.GetRequiredService<LoadBalancer>()
        : services.GetRequiredKeyedService<LoadBalancer>(Name);

    /// <summary>Makes the load balancer.</summary>
    public LoadBalancer Create(IServiceProvider services)
    {
        var extensions = new LbCoreExtensions();
        foreach (var strategy in services.GetKeyedServices<IBalancingStrategy>(Name))
        {
            extensions.Strategies.Add(strategy);
        }

        return LoadBalancer.Create(ReadOptions(services), extensions, services.GetService<ILoggerFactory>());
    }

    public LbCoreOptions ReadOptions(IServiceProvider services)
    {
        if (Given is not null)
        {
            return Given;
        }

        var options = services.GetRequiredService<IOptionsFactory<LbCoreOptions>>().Create(Name);
        if (Configuration is not null)
        {
            // Code after the configuration may have added what that refers to.
            ClusterReferences.Respell(options);
        }

        return options;
    }
}
