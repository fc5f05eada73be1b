using System;
using System.Collections.Generic;

namespace LbCore.Topology;

/// <summary>The backends that a selector chooses from. A backend is known by its index here.</summary>
internal sealed class BackendSet
{
    private readonly Backend[] _backends;

    public BackendSet(IReadOnlyCollection<Backend> backends) => _backends = [.. backends];

    public int Count => _backends.Length;

    public Backend this[int index] => _backends[index];

    public ReadOnlySpan<Backend> AsSpan() => _backends;
}
