using System;
using System.Diagnostics.CodeAnalysis;
using LbCore.Balancing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds parts of your own to a load balancer of a host.</summary>
public static class LbCoreBuilderExtensions
{
    /// <summary>Adds a strategy, which options then name as <see cref="IBalancingStrategy.Name"/> says. It is made once, with what it needs of the services.</summary>
    /// <typeparam name="T">The strategy.</typeparam>
    /// <param name="builder">The load balancer.</param>
    public static ILbCoreBuilder AddStrategy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this ILbCoreBuilder builder)
        where T : class, IBalancingStrategy
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSingleton<IBalancingStrategy, T>(builder.Name);
        return builder;
    }

    /// <summary>Adds a strategy that exists, which options then name as <see cref="IBalancingStrategy.Name"/> says.</summary>
    /// <param name="builder">The load balancer.</param>
    /// <param name="strategy">The strategy.</param>
    public static ILbCoreBuilder AddStrategy(this ILbCoreBuilder builder, IBalancingStrategy strategy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(strategy);
        builder.Services.AddKeyedSingleton(builder.Name, strategy);
        return builder;
    }
}
