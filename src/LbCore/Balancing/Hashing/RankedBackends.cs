using System;
using System.Collections.Generic;
using System.Text;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// The backends of a set that have a weight, in the order of their names. Strategies that hash work with ranks in this
/// order, so that instances whose configurations list the same backends differently choose the same.
/// </summary>
internal sealed class RankedBackends
{
    private readonly int[] _indexes;
    private readonly int[] _weights;
    private readonly ulong[] _nameHashes;

    public RankedBackends(BackendSet set)
    {
        var indexes = new List<int>(set.Count);
        for (var index = 0; index < set.Count; index++)
        {
            if (set[index].Weight > 0)
            {
                indexes.Add(index);
            }
        }

        indexes.Sort((a, b) => string.CompareOrdinal(set[a].Name, set[b].Name) is var order && order != 0 ? order : a.CompareTo(b));
        _indexes = [.. indexes];
        _weights = new int[_indexes.Length];
        _nameHashes = new ulong[_indexes.Length];
        for (var rank = 0; rank < _indexes.Length; rank++)
        {
            var backend = set[_indexes[rank]];
            TotalWeight += backend.Weight;
            _weights[rank] = backend.Weight;
            _nameHashes[rank] = StableHash.Of(Encoding.UTF8.GetBytes(backend.Name));
        }
    }

    public int Count => _indexes.Length;

    /// <summary>Gets the sum of their weights.</summary>
    public int TotalWeight { get; }

    /// <summary>Gets their indexes in the set, by rank.</summary>
    public ReadOnlySpan<int> Indexes => _indexes;

    /// <summary>Gets their weights, 1 to 256, by rank.</summary>
    public ReadOnlySpan<int> Weights => _weights;

    /// <summary>Gets the hashes of their names, by rank. Not of indexes or addresses, which differ between instances.</summary>
    public ReadOnlySpan<ulong> NameHashes => _nameHashes;

    /// <summary>
    /// Returns the index of the backend on whose share of the weights that are left the position falls; the whole range of
    /// 64 bits is spread over them. <see cref="BackendSelector.None"/> when none is left. Looks at every backend.
    /// </summary>
    public int SelectLeft(ulong position, in SelectionContext context)
    {
        var left = 0UL;
        for (var rank = 0; rank < _indexes.Length; rank++)
        {
            left += context.IsExcluded(_indexes[rank]) ? 0u : (uint)_weights[rank];
        }

        var target = (long)Math.BigMul(position, left, out _);
        for (var rank = 0; rank < _indexes.Length; rank++)
        {
            if (context.IsExcluded(_indexes[rank]))
            {
                continue;
            }

            target -= _weights[rank];
            if (target < 0)
            {
                return _indexes[rank];
            }
        }

        return BackendSelector.None;
    }
}
