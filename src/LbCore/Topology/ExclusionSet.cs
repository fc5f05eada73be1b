using System;

namespace LbCore.Topology;

/// <summary>
/// The backends that one connection must not be given, by index. Allocates only to exclude an index of 64 or more, which
/// takes a large cluster and a failed attempt.
/// </summary>
internal struct ExclusionSet
{
    private const int BitsPerWord = 64;

    private ulong _first;
    private ulong[]? _rest;

    public readonly bool IsEmpty => _first == 0 && _rest is null;

    public readonly bool Contains(int index)
    {
        if (index < BitsPerWord)
        {
            return (_first & (1UL << index)) != 0;
        }

        var word = (index / BitsPerWord) - 1;
        return _rest is { } rest && word < rest.Length && (rest[word] & (1UL << index)) != 0;
    }

    public void Add(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index < BitsPerWord)
        {
            _first |= 1UL << index;
            return;
        }

        var word = (index / BitsPerWord) - 1;
        if (_rest is null || word >= _rest.Length)
        {
            Array.Resize(ref _rest, word + 1);
        }

        _rest[word] |= 1UL << index;
    }
}
