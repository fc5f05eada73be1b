using System.Collections.Generic;

namespace LbCore.Hosting;

/// <summary>Says what a listener does with a request, and why. What there is none of is null.</summary>
public sealed class RouteExplanation
{
    internal RouteExplanation()
    {
    }

    /// <summary>Gets why the request is refused before any route; null when it is not.</summary>
    public string? Refusal { get; internal init; }

    /// <summary>Gets the status that is answered without a backend; null when the request goes to a cluster.</summary>
    public int? Status { get; internal init; }

    /// <summary>Gets the host that routes see, without a port; null when the request is refused.</summary>
    public string? Host { get; internal init; }

    /// <summary>
    /// Gets the path that routes see, in its normal form. When it has none, the path as it was sent; null when the request is
    /// refused for something else.
    /// </summary>
    public string? Path { get; internal init; }

    /// <summary>Gets why each route before the one that takes the request does not, in order; of all routes when none does.</summary>
    public IReadOnlyList<string> Misses { get; internal init; } = [];

    /// <summary>Gets the index of the route that takes the request; null when none does.</summary>
    public int? Route { get; internal init; }

    /// <summary>Gets the cluster that the request goes to; null when it goes to none.</summary>
    public string? Cluster { get; internal init; }

    /// <summary>Gets how the cluster's backend is chosen; null when it goes to none, or only routes were asked for.</summary>
    public ChoiceExplanation? Choice { get; internal init; }

    /// <summary>Gets the target that the backend gets; null without a backend.</summary>
    public string? Target { get; internal init; }

    /// <summary>Gets the Host that the backend gets; null without a backend.</summary>
    public string? TargetHost { get; internal init; }

    /// <summary>Gets where the client is redirected; null when it is not.</summary>
    public string? Location { get; internal init; }
}
