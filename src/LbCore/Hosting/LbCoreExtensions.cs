using System.Collections.Generic;
using LbCore.Balancing;

namespace LbCore.Hosting;

/// <summary>Holds what a load balancer is given beside its options, which refer to it by name. Not to be changed once it is in use.</summary>
public sealed class LbCoreExtensions
{
    /// <summary>Gets strategies beside the built-in ones. Each has a name of its own.</summary>
    public IList<IBalancingStrategy> Strategies { get; } = new List<IBalancingStrategy>();
}
