using System.Net;
using LbCore.Http;

namespace LbCore.Topology;

/// <summary>One address of a cluster, as the snapshot knows it.</summary>
internal sealed record Backend
{
    public required string Name { get; init; }

    /// <summary>Gets the resolved address.</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Gets the share beside the others' weights, 0 to 256; 0 takes nothing new.</summary>
    public required int Weight { get; init; }

    /// <summary>Gets how many connections it takes at once; <see cref="int.MaxValue"/> when there is no limit.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>Gets the bounds of its responses' heads.</summary>
    public HeadLimits ResponseLimits { get; init; } = HeadLimits.Default;

    /// <summary>Gets the live figures, which outlive this snapshot.</summary>
    public required BackendState State { get; init; }

    /// <summary>Reserves one connection unless the backend is full. Pair it with one <see cref="BackendState.Release"/>.</summary>
    public bool TryReserve() => State.TryReserve(MaxConnections);
}
