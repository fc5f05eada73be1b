using System;

namespace LbCore.Configuration;

/// <summary>Limits how long the backends of a cluster may take.</summary>
public sealed class ClusterTimeoutOptions
{
    /// <summary>Gets or sets how long one attempt to connect may take. 50 ms to 5 min, precise to 50 ms; default 2 s.</summary>
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(2);
}
