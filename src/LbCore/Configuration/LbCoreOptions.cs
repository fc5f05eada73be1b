using System;
using System.Collections.Generic;
using LbCore.Configuration.Reading;
using LbCore.Transport;

namespace LbCore.Configuration;

/// <summary>Says what a load balancer listens on, where it sends what arrives, and within which bounds.</summary>
/// <remarks>Everything is keyed by name. Names have 1 to 64 letters, digits, <c>-</c>, <c>_</c> or <c>.</c>, and case matters.</remarks>
public sealed class LbCoreOptions
{
    /// <summary>Gets the listeners by name. At least one.</summary>
    public IDictionary<string, ListenerOptions> Listeners { get; } = new Dictionary<string, ListenerOptions>(StringComparer.Ordinal);

    /// <summary>Gets the clusters by name.</summary>
    public IDictionary<string, ClusterOptions> Clusters { get; } = new Dictionary<string, ClusterOptions>(StringComparer.Ordinal);

    /// <summary>Gets or sets the engine. Default <see cref="EngineKind.Auto"/>: the best that this system offers.</summary>
    public EngineKind Engine { get; set; } = EngineKind.Auto;

    /// <summary>Gets or sets the number of event loops, 1 to 256. Default null: one per processor that the process may use.</summary>
    public int? Loops { get; set; }

    /// <summary>
    /// Gets or sets how long stopping waits for open connections before it aborts them. Zero (abort at once) to 1 day;
    /// default 30 s.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the access log. By default there is none.</summary>
    public AccessLogOptions AccessLog { get; } = new();

    /// <summary>Gets or sets the text that they were read from; null when they were made in code.</summary>
    internal ConfigurationOrigin? Origin { get; set; }
}
