using System;
using LbCore.Transport;

namespace LbCore.Topology;

/// <summary>A named group of interchangeable backends with one policy.</summary>
internal sealed record Cluster
{
    public required string Name { get; init; }

    /// <summary>Gets all backends; <see cref="Selector"/> knows those that may be chosen now.</summary>
    public required BackendSet Backends { get; init; }

    public required BackendSelector Selector { get; init; }

    /// <summary>Gets where the backends' counters in flight are. The next snapshot's cluster of this name takes it over.</summary>
    public InFlightTable InFlight { get; init; } = new();

    /// <summary>Gets what the selector chooses by.</summary>
    public SelectionKey Key { get; init; } = SelectionKey.None;

    /// <summary>Gets whether the backends' times to the first byte are measured.</summary>
    public bool MeasuresFirstByte { get; init; }

    public DialOptions Dial { get; init; } = DialOptions.Default;

    /// <summary>Gets how long a response's head may take once the request is out. Mode http.</summary>
    public long ResponseMilliseconds { get; init; } = 60_000;

    /// <summary>Gets how long the next piece of a response's body may take. Mode http.</summary>
    public long ResponseBodyMilliseconds { get; init; } = 60_000;

    /// <summary>Gets how long a connection to a backend is kept idle. Mode http.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(55);

    /// <summary>Gets how many backends are tried for one connection, the first included. 1 or more.</summary>
    public int MaxAttempts { get; init; } = 4;
}
