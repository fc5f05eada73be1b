using System.Net;
using LbCore.Http;

namespace LbCore.Topology;

/// <summary>Represents one address of a cluster. Immutable but for its live figures; any thread.</summary>
public sealed class Backend
{
    internal Backend(string name, EndPoint endPoint, int weight, BackendState state)
    {
        Name = name;
        EndPoint = endPoint;
        Weight = ConfiguredWeight = weight;
        State = state;
    }

    /// <summary>Gets its name in the configuration, which stays the same when its address changes.</summary>
    public string Name { get; }

    /// <summary>Gets the resolved address.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>
    /// Gets its share beside the others' weights, 0 to 256. 0 takes nothing new: a selector never chooses it. It is 0 also
    /// while the backend drains or is down.
    /// </summary>
    public int Weight { get; internal init; }

    /// <summary>Gets the weight that the configuration has, 0 to 256, whether or not the backend takes anything now.</summary>
    public int ConfiguredWeight { get; internal init; }

    /// <summary>Gets how many connections (mode tcp) or requests (mode http) it takes at once; <see cref="int.MaxValue"/> when there is no limit.</summary>
    public int MaxConnections { get; internal init; } = int.MaxValue;

    /// <summary>Gets how many connections (mode tcp) or requests (mode http) it has now, over all loops. A live figure: two reads may differ.</summary>
    public int InFlight => State.InFlight;

    /// <summary>Gets the bounds of its responses' heads.</summary>
    internal HeadLimits ResponseLimits { get; init; } = HeadLimits.Default;

    /// <summary>Gets whether sessions that it has may still go to it: it is not down.</summary>
    internal bool KeepsSessions { get; init; } = true;

    /// <summary>Gets the live figures, which outlive this snapshot.</summary>
    internal BackendState State { get; }

    /// <summary>Returns its name.</summary>
    public override string ToString() => Name;

    /// <summary>Reserves one connection unless the backend is full. Pair it with one <see cref="BackendState.Release"/>.</summary>
    internal bool TryReserve() => State.TryReserve(MaxConnections);
}
