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
    // Enough that nearly all choices end here when few are excluded; the exact way beyond costs a look at each backend.
    private const int QuickDraws = 8;

    private readonly int[] _indexes;
    private readonly int[] _weights;
    private readonly ulong[] _nameHashes;
    private readonly int[] _weightsUpTo;

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
        _weightsUpTo = new int[_indexes.Length];
        for (var rank = 0; rank < _indexes.Length; rank++)
        {
            var backend = set[_indexes[rank]];
            TotalWeight += backend.Weight;
            _weights[rank] = backend.Weight;
            _weightsUpTo[rank] = TotalWeight;
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

    /// <summary>Returns the index of a backend by chance, by weight, without bias; <see cref="BackendSelector.None"/> when none is left.</summary>
    public int SelectRandom(in SelectionContext context)
    {
        if (_indexes.Length == 0)
        {
            return BackendSelector.None;
        }

        // To draw again until the answer is allowed keeps the shares of those that are left exactly by weight.
        for (var draw = 0; draw < QuickDraws; draw++)
        {
            var index = _indexes[RankAt(context.Random.Next(TotalWeight))];
            if (!context.IsExcluded(index))
            {
                return index;
            }
        }

        return SelectLeft(context.Random.NextBits(), in context);
    }

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

    // The first rank whose weights up to there are above the target. Array.BinarySearch would make a comparer first.
    private int RankAt(int target)
    {
        int low = 0, high = _weightsUpTo.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_weightsUpTo[middle] > target)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
