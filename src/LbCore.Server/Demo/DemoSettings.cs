using System;
using System.Collections.Generic;

namespace LbCore.Server.Demo;

/// <summary>Says how the demo runs.</summary>
internal sealed record DemoSettings
{
    public const int DefaultRate = 200;
    public const int MaxRate = 10_000;

    public static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    public static IReadOnlyList<BackendSpec> DefaultBackends { get; } =
    [
        new("a"),
        new("b"),
        new("c", Delay: TimeSpan.FromMilliseconds(60)),
        new("d", FaultEvery: 25),
    ];

    /// <summary>Gets how long it runs; null until it is stopped.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Gets how many requests a second the load is, 1 to 10,000; 0 for no load.</summary>
    public int Rate { get; init; } = DefaultRate;

    public IReadOnlyList<BackendSpec> Backends { get; init; } = DefaultBackends;

    /// <summary>Gets who dies and who is drained, from cycle to cycle in turn.</summary>
    public IReadOnlyList<(string Victim, string Drained)> Casts { get; init; } = [("b", "c"), ("c", "a")];

    /// <summary>Gets single values to be laid over the load balancer's options, each as <c>path=value</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Gets the port to listen on with mode http, or the first free one after it; 0 for any.</summary>
    public int HttpPort { get; init; } = 8080;

    /// <summary>Gets the same for mode tcp.</summary>
    public int TcpPort { get; init; } = 8081;
}
