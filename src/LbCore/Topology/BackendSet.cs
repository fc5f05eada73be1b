using System;
using System.Collections.Generic;

namespace LbCore.Topology;

/// <summary>
/// Represents the backends that a selector chooses from, those that take nothing new now included. A backend is known by
/// its index here. Immutable; any thread.
/// </summary>
public sealed class BackendSet
{
    private readonly Backend[] _backends;

    internal BackendSet(IReadOnlyCollection<Backend> backends) => _backends = [.. backends];

    /// <summary>Gets how many backends there are; may be 0.</summary>
    public int Count => _backends.Length;

    /// <summary>Gets a backend.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such backend.</exception>
    public Backend this[int index] => _backends[index];

    /// <summary>Returns all of them in the order of their indexes.</summary>
    public ReadOnlySpan<Backend> AsSpan() => _backends;
}
