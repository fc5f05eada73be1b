using System;
using System.Collections.Generic;
using System.Net;
using LbCore.Topology;

namespace LbCore.Testing;

/// <summary>Represents one choice for a selector to make, as the data plane would ask for it. For one thread at a time.</summary>
public sealed class TestSelection
{
    private readonly RandomSource _random;
    private ExclusionSet _excluded;
    private SelectionInput _input;

    /// <summary>Begins with nothing excluded, and no key.</summary>
    /// <param name="seed">The seed of the random numbers: the same one gives the same choices.</param>
    public TestSelection(ulong seed = 1) => _random = new RandomSource(seed);

    /// <summary>Gives it the key of a request: a field's, cookie's or parameter's value, or a path.</summary>
    /// <param name="key">The key's bytes.</param>
    public void SetKey(ReadOnlySpan<byte> key) => _input = new SelectionInput(0, StableHash.Of(key), HasKey: true);

    /// <summary>Gives it a client's address as the key.</summary>
    /// <param name="address">The address.</param>
    public void SetClientAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        _input = new SelectionInput(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), 0, HasKey: true);
    }

    /// <summary>Takes the key away.</summary>
    public void ClearKey() => _input = default;

    /// <summary>Excludes a backend, as one that was tried or found full is.</summary>
    /// <param name="index">Its index in the set.</param>
    public void Exclude(int index) => _excluded.Add(index);

    /// <summary>Lets all backends be chosen again.</summary>
    public void ClearExclusions() => _excluded = default;

    /// <summary>Lets a selector choose.</summary>
    /// <param name="selector">The selector.</param>
    /// <returns>The backend's index in the selector's set, or <see cref="BackendSelector.None"/>.</returns>
    public int Select(BackendSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var context = new SelectionContext(in _excluded, _random, in _input);
        return selector.Select(in context);
    }

    /// <summary>Lets a selector explain what it would choose.</summary>
    /// <param name="selector">The selector.</param>
    public IReadOnlyList<string> Explain(BackendSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var context = new SelectionContext(in _excluded, _random, in _input);
        return selector.Explain(in context);
    }
}
