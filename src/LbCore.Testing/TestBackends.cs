using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Topology;

namespace LbCore.Testing;

/// <summary>Makes backends to choose from, without a load balancer. For one thread, but for what a selector may do on several.</summary>
public static class TestBackends
{
    /// <summary>Makes a set of backends b0, b1 and so on, one for each weight.</summary>
    /// <param name="weights">The weights, 0 to 256 each.</param>
    public static BackendSet Create(params IReadOnlyList<int> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Create(weights.Select(static (weight, index) => ($"b{index}", weight)));
    }

    /// <summary>Makes a set of backends with names of your own.</summary>
    /// <param name="backends">The names and weights, 0 to 256 each.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is out of range.</exception>
    public static BackendSet Create(IEnumerable<(string Name, int Weight)> backends)
    {
        ArgumentNullException.ThrowIfNull(backends);
        backends = [.. backends];
        foreach (var (name, weight) in backends)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, 256, name);
        }

        return new BackendSet([.. backends.Select(static (backend, index) => new Backend(
            backend.Name, new IPEndPoint(0x0A000000 + index + 1, 80), backend.Weight, new BackendState()))]);
    }

    /// <summary>Lets a backend have more, or fewer, connections or requests in flight.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="count">How many.</param>
    public static void SetInFlight(Backend backend, int count)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        while (backend.InFlight < count)
        {
            backend.State.TryReserve(int.MaxValue);
        }

        while (backend.InFlight > count)
        {
            backend.State.Release(failed: false);
        }
    }

    /// <summary>Takes a place and gives it back, as a request does.</summary>
    internal static void Touch(Backend backend)
    {
        backend.State.TryReserve(int.MaxValue);
        backend.State.Release(failed: false);
    }
}
