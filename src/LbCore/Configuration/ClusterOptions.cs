using System;
using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Describes a group of interchangeable backends and how one of them is picked.</summary>
public sealed class ClusterOptions
{
    /// <summary>Gets or sets how a backend is picked: a strategy's name, or its name and parameters. Default <c>round-robin</c>.</summary>
    public StrategyOptions Strategy { get; set; } = new();

    /// <summary>Gets the backends by name. At least one.</summary>
    public IDictionary<string, BackendOptions> Backends { get; } = new Dictionary<string, BackendOptions>(StringComparer.Ordinal);

    /// <summary>Gets the time limits towards the backends.</summary>
    public ClusterTimeoutOptions Timeouts { get; } = new();

    /// <summary>Gets the bounds of what a backend may send.</summary>
    public ClusterLimitOptions Limits { get; } = new();

    /// <summary>Gets what happens when an attempt fails.</summary>
    public RetryOptions Retries { get; } = new();
}
