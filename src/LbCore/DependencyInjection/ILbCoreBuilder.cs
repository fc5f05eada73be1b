namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Represents one load balancer that was added to services, for what is to be added to it.</summary>
public interface ILbCoreBuilder
{
    /// <summary>Gets the services that it was added to.</summary>
    IServiceCollection Services { get; }

    /// <summary>Gets its name. Empty for the load balancer without a name.</summary>
    string Name { get; }
}
