namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Is what <c>AddLbCore</c> returns.</summary>
internal sealed class LbCoreBuilder(IServiceCollection services, string name) : ILbCoreBuilder
{
    public IServiceCollection Services { get; } = services;

    public string Name { get; } = name;
}
