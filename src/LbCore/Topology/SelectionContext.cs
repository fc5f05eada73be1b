using System;

namespace LbCore.Topology;

/// <summary>Represents what a selector may look at for one choice.</summary>
public readonly ref struct SelectionContext
{
    private readonly ref readonly ExclusionSet _excluded;
    private readonly SelectionInput _input;

    /// <param name="excluded">The backends that must not be chosen, by their index in the selector's set.</param>
    /// <param name="random">The random numbers of the thread.</param>
    /// <param name="input">What to choose by.</param>
    internal SelectionContext(ref readonly ExclusionSet excluded, RandomSource random, in SelectionInput input = default)
    {
        _excluded = ref excluded;
        _input = input;
        Random = random;
    }

    /// <summary>Gets whether any backend is excluded: one that was tried already, or was found full.</summary>
    public bool HasExclusions => !_excluded.IsEmpty;

    /// <summary>Gets random numbers. They are the calling thread's: not to be kept.</summary>
    public RandomSource Random { get; }

    /// <summary>Gets whether the connection or request has the key that the strategy asked for.</summary>
    public bool HasKey => _input.HasKey;

    /// <summary>
    /// Gets a hash of the key, the same in every process and on every machine. Of a client's address the strategy makes its
    /// own, of as much of it as it wants. 0 without a key.
    /// </summary>
    public ulong KeyHash => _input.KeyHash;

    /// <summary>
    /// Gets the client's address when the strategy asked for it, an IPv4 one as ::ffff:a.b.c.d. 0 when it has none, as on a
    /// unix socket.
    /// </summary>
    public UInt128 ClientAddress => _input.ClientAddress;

    /// <summary>Returns whether a backend must not be chosen.</summary>
    /// <param name="index">Its index in the selector's set.</param>
    public bool IsExcluded(int index) => _excluded.Contains(index);
}
