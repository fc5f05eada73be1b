using System.Collections.Generic;

namespace LbCore.Hosting;

/// <summary>Says what a listener does with a request, and why.</summary>
public sealed class RouteExplanation
{
    /// <summary>Gets why the request is refused before any route; null when it is not.</summary>
    public string? Refusal { get; init; }

    /// <summary>Gets the status that is answered without a backend; 0 when the request goes to a cluster.</summary>
    public int Status { get; init; }

    /// <summary>Gets the host that routes see, without a port.</summary>
    public string Host { get; init; } = "";

    /// <summary>Gets the path that routes see, in its normal form.</summary>
    public string Path { get; init; } = "";

    /// <summary>Gets why each route before the one that takes the request does not, in order; of all routes when none does.</summary>
    public IReadOnlyList<string> Misses { get; init; } = [];

    /// <summary>Gets the index of the route that takes the request; -1 when none does.</summary>
    public int Route { get; init; } = -1;

    /// <summary>Gets the cluster that the request goes to; empty when it goes to none.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Gets the target that the backend gets; empty without a backend.</summary>
    public string Target { get; init; } = "";

    /// <summary>Gets the Host that the backend gets; empty without a backend.</summary>
    public string TargetHost { get; init; } = "";

    /// <summary>Gets where the client is redirected; empty when it is not.</summary>
    public string Location { get; init; } = "";
}
