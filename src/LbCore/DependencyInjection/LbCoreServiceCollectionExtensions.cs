using System;
using System.Collections.Generic;
using System.Linq;
using LbCore.Configuration;
using LbCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds load balancers to a host.</summary>
/// <remarks>
/// The host runs them: they listen when its start has completed, after every other service has started, and drain before any
/// other service is stopped. What fails their start fails the host's. One without a name is resolved as
/// <see cref="LoadBalancer"/>, one with a name as a keyed service. Adding to the same name again adds a layer to the options
/// of one load balancer; the layers are laid one over the other in their order.
/// </remarks>
public static class LbCoreServiceCollectionExtensions
{
    /// <summary>Adds the load balancer without a name, or a layer to its options.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Sets options.</param>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, Action<LbCoreOptions> configure) =>
        services.AddLbCore(Options.Options.DefaultName, configure);

    /// <summary>Adds the load balancer without a name, or a layer to its options.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Sets options with the help of other services. Called when all of them have started, unless the load balancer is resolved before.</param>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, Action<IServiceProvider, LbCoreOptions> configure) =>
        services.AddLbCore(Options.Options.DefaultName, configure);

    /// <summary>Adds the load balancer without a name, or a layer to its options, from a configuration. When it changes, it is reloaded.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configuration">The section, such as <c>builder.Configuration.GetSection("LbCore")</c>. See <see cref="ConfigurationSectionReader"/>.</param>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, IConfiguration configuration) =>
        services.AddLbCore(Options.Options.DefaultName, configuration);

    /// <summary>Adds the load balancer without a name, with options that exist already and are taken as they are.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="options">The options, such as those of <see cref="ConfigurationFile.Read(string, IEnumerable{string})"/>.</param>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, LbCoreOptions options) =>
        services.AddLbCore(Options.Options.DefaultName, options);

    /// <summary>Adds a load balancer, or a layer to its options.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="name">Its name, by which it is resolved as a keyed service.</param>
    /// <param name="configure">Sets options.</param>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, string name, Action<LbCoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        FindOrAdd(services, name);
        services.Configure(name, configure);
        return new LbCoreBuilder(services, name);
    }

    /// <summary>Adds a load balancer, or a layer to its options.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="name">Its name, by which it is resolved as a keyed service.</param>
    /// <param name="configure">Sets options with the help of other services. Called when all of them have started, unless the load balancer is resolved before.</param>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, string name, Action<IServiceProvider, LbCoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        FindOrAdd(services, name);
        services.AddSingleton<IConfigureOptions<LbCoreOptions>>(
            provider => new ConfigureNamedOptions<LbCoreOptions>(name, options => configure(provider, options)));
        return new LbCoreBuilder(services, name);
    }

    /// <summary>Adds a load balancer, or a layer to its options, from a configuration. When it changes, it is reloaded.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="name">Its name, by which it is resolved as a keyed service.</param>
    /// <param name="configuration">The section, such as <c>builder.Configuration.GetSection("Edge")</c>. See <see cref="ConfigurationSectionReader"/>.</param>
    /// <exception cref="InvalidOperationException">It has a configuration already.</exception>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var balancer = FindOrAdd(services, name);
        if (balancer.Configuration is not null)
        {
            throw new InvalidOperationException(
                $"{Show(name)} has a configuration already. A configuration has layers of its own: add another source to it instead.");
        }

        balancer.Configuration = configuration;
        services.Configure<LbCoreOptions>(name, options => ConfigurationSectionReader.Apply(configuration, options));
        return new LbCoreBuilder(services, name);
    }

    /// <summary>Adds a load balancer with options that exist already and are taken as they are.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="name">Its name, by which it is resolved as a keyed service.</param>
    /// <param name="options">The options, such as those of <see cref="ConfigurationFile.Read(string, IEnumerable{string})"/>.</param>
    /// <exception cref="InvalidOperationException">It was added already.</exception>
    public static ILbCoreBuilder AddLbCore(this IServiceCollection services, string name, LbCoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        FindOrAdd(services, name, options);
        return new LbCoreBuilder(services, name);
    }

    private static HostedBalancer FindOrAdd(IServiceCollection services, string name, LbCoreOptions? given = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        var balancers = FindOrAddAll(services);
        if (balancers.Find(name) is { } found)
        {
            return given is null && found.Given is null
                ? found
                : throw new InvalidOperationException(
                    $"{Show(name)} was added already. Options that are taken as they are cannot have other layers: give it another name, or set everything in one place.");
        }

        var balancer = new HostedBalancer(name, given);
        balancers.Add(balancer);
        if (name.Length == 0)
        {
            services.AddSingleton(balancer.Create);
        }
        else
        {
            services.AddKeyedSingleton(name, (provider, _) => balancer.Create(provider));
        }

        return balancer;
    }

    private static HostedBalancers FindOrAddAll(IServiceCollection services)
    {
        if (services.FirstOrDefault(static service => service.ServiceType == typeof(HostedBalancers))?.ImplementationInstance is HostedBalancers found)
        {
            return found;
        }

        var balancers = new HostedBalancers();
        services.AddSingleton(balancers);
        services.AddOptions();
        services.AddSingleton<IHostedService, LoadBalancerService>();
        return balancers;
    }

    private static string Show(string name) => name.Length == 0 ? "The load balancer without a name" : $"The load balancer '{name}'";
}
