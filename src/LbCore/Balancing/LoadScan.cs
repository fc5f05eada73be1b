using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Threading;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// Scans one chunk of counters for the least in flight for its weight. The arrays stand in the order of the counters, so
/// that a vector of backends is a load, a multiplication and a minimum.
/// </summary>
/// <remarks>
/// <para>
/// A load is the counter times the rounded reciprocal of the weight, in 32 bits. A division would give equal fractions equal
/// results, but takes five times as long. Both roundings together are off by at most 2^-23 of the value (u). So the least
/// load found and the loads of all that truly have the least differ by no more than 2u, to which <see cref="BoundOf"/>
/// allows; different fractions a/v and b/w differ by at least 1/(a w) of themselves, and are told apart where that is more
/// than 4u = 2^-21: as long as what is in flight times the weight is below 2^21, which is 8,191 in flight at the weight 256,
/// and two million at the weight 1. Above it, backends that differ by less than one in two million count as equal.
/// </para>
/// <para>
/// Where there are more than <see cref="InFlightTable.MaxScanned"/> counters, each block of 64 keeps its least load together
/// with the number of changes at which it was found, in one word, and the weight of those that have it in another. A choice
/// compares the numbers, and scans again only the blocks that have changed: what it finds is as exact as a scan of all.
/// </para>
/// </remarks>
internal sealed class LoadScan
{
    /// <summary>The load of a counter that belongs to no backend, or to one that must not be chosen.</summary>
    public const float Never = float.PositiveInfinity;

    // 1 + 2.5 u: above 1 + 2 u by more than this multiplication itself can be off, below 1 + 3 u.
    private const float Tolerance = 1 + (2.5f / (1 << 23));

    private readonly InFlightChunk _chunk;
    private readonly int[] _indexes;
    private readonly int[] _weights;
    private readonly float[] _reciprocals;
    private readonly float[] _penalties;
    private readonly long[]? _least;
    private readonly long[]? _tied;

    /// <param name="chunk">The counters.</param>
    /// <param name="set">The backends; those whose counters are elsewhere are left to other scans.</param>
    public LoadScan(InFlightChunk chunk, BackendSet set)
    {
        _chunk = chunk;
        _indexes = new int[chunk.Length];
        _weights = new int[chunk.Length];
        _reciprocals = new float[chunk.Length];
        _penalties = new float[chunk.Length];
        _penalties.AsSpan().Fill(Never);
        for (var index = 0; index < set.Count; index++)
        {
            var backend = set[index];
            if (backend.State.Chunk == chunk && backend.Weight > 0)
            {
                var slot = backend.State.Slot;
                _indexes[slot] = index;
                _weights[slot] = backend.Weight;
                _reciprocals[slot] = 1f / backend.Weight;
                _penalties[slot] = 0;
            }
        }

        if (chunk.Changes is { } changes)
        {
            // Filled at once: no number of changes would mark what was never looked at.
            _least = new long[changes.Length];
            _tied = new long[changes.Length];
            for (var block = 0; block < changes.Length; block++)
            {
                Refresh(block, Volatile.Read(ref changes[block]));
            }
        }
    }

    /// <summary>Gets how many counters there are.</summary>
    public int Length => _indexes.Length;

    /// <summary>Returns the greatest load that counts as equal to <paramref name="least"/>.</summary>
    public static float BoundOf(float least) => least * Tolerance;

    /// <summary>Returns the index of the backend at a counter.</summary>
    public int IndexOf(int slot) => _indexes[slot];

    /// <summary>Returns the load of a backend now, which has a weight.</summary>
    public float LoadOf(int slot) => Volatile.Read(ref _chunk.Counters[slot]) * _reciprocals[slot];

    /// <summary>Returns the least load now; <see cref="Never"/> when there is no backend.</summary>
    public float Least()
    {
        if (_least is not { } known || _chunk.Changes is not { } changes)
        {
            return LeastOf(0, Length);
        }

        var least = Never;
        for (var block = 0; block < known.Length && block < changes.Length; block++)
        {
            var changed = Volatile.Read(ref changes[block]);
            var word = Volatile.Read(ref known[block]);
            var load = (int)(word >> 32) == changed ? LoadIn(word) : Refresh(block, changed);
            least = load < least ? load : least;
        }

        return least;
    }

    /// <summary>Returns the least load of the backends that are not excluded.</summary>
    public float Least(in SelectionContext context)
    {
        var least = Never;
        for (var i = 0; i < Length; i += Vector<float>.Count)
        {
            if (!Vector.LessThanAny(Loads(i), new Vector<float>(least)))
            {
                continue;
            }

            for (var slot = i; slot < i + Vector<float>.Count; slot++)
            {
                var load = LoadOf(slot) + _penalties[slot];
                if (load < least && !context.IsExcluded(_indexes[slot]))
                {
                    least = load;
                }
            }
        }

        return least;
    }

    /// <summary>Returns the first counter from <paramref name="start"/> on whose load is at most the bound; -1 when there is none.</summary>
    public int Find(float bound, int start)
    {
        for (var block = start / InFlightChunk.BlockSize; block * InFlightChunk.BlockSize < Length; block++)
        {
            if (_least is { } known && LoadIn(Volatile.Read(ref known[block])) > bound)
            {
                continue;
            }

            var begin = block * InFlightChunk.BlockSize;
            var found = FindIn(bound, Math.Max(begin, start), Math.Min(begin + InFlightChunk.BlockSize, Length));
            if (found >= 0)
            {
                return found;
            }
        }

        return -1;
    }

    /// <summary>Returns the sum of the weights of the backends whose load is at most the bound, which is the least load's.</summary>
    public int TiedWeight(float bound)
    {
        if (_least is null)
        {
            return TiedWeightOf(bound, 0, Length);
        }

        var sum = 0;
        for (var block = 0; block < _least.Length; block++)
        {
            sum += TiedWeightIn(block, bound);
        }

        return sum;
    }

    /// <summary>
    /// Walks the backends whose load is at most the bound, which is the least load's, and takes their weights from
    /// <paramref name="rest"/> until it is below zero.
    /// </summary>
    /// <returns>The counter where that happens; -1 when it does not.</returns>
    public int FindByWeight(float bound, ref int rest)
    {
        for (var begin = 0; begin < Length; begin += InFlightChunk.BlockSize)
        {
            if (_least is not null)
            {
                var weight = TiedWeightIn(begin / InFlightChunk.BlockSize, bound);
                if (rest >= weight)
                {
                    rest -= weight;
                    continue;
                }
            }

            var end = Math.Min(begin + InFlightChunk.BlockSize, Length);
            for (var slot = FindIn(bound, begin, end); slot >= 0; slot = FindIn(bound, slot + 1, end))
            {
                rest -= _weights[slot];
                if (rest < 0)
                {
                    return slot;
                }
            }
        }

        return -1;
    }

    private static float LoadIn(long word) => BitConverter.Int32BitsToSingle((int)word);

    private float Refresh(int block, int changed)
    {
        var begin = block * InFlightChunk.BlockSize;
        var end = Math.Min(begin + InFlightChunk.BlockSize, Length);
        var load = LeastOf(begin, end);
        var weight = load == Never ? 0 : TiedWeightOf(BoundOf(load), begin, end);

        // The number of before the scan: a change meanwhile makes it out of date. What another thread wrote in between may
        // be lost with it, and is found again.
        Volatile.Write(ref _tied![block], ((long)changed << 32) | (uint)weight);
        Volatile.Write(ref _least![block], ((long)changed << 32) | (uint)BitConverter.SingleToInt32Bits(load));
        return load;
    }

    private int TiedWeightIn(int block, float bound)
    {
        var word = Volatile.Read(ref _least![block]);
        if (LoadIn(word) > bound)
        {
            return 0;
        }

        var tied = Volatile.Read(ref _tied![block]);
        if (tied >> 32 != word >> 32)
        {
            // Two threads have written at once, each one of the words last.
            Refresh(block, (int)(word >> 32));
            tied = Volatile.Read(ref _tied[block]);
        }

        return (int)tied;
    }

    private float LeastOf(int begin, int end)
    {
        var least = new Vector<float>(Never);
        for (var i = begin; i < end; i += Vector<float>.Count)
        {
            least = Vector.MinNative(least, Loads(i));
        }

        Span<float> lanes = stackalloc float[Vector<float>.Count];
        least.CopyTo(lanes);
        var result = Never;
        foreach (var lane in lanes)
        {
            result = lane < result ? lane : result;
        }

        return result;
    }

    private int TiedWeightOf(float bound, int begin, int end)
    {
        var sum = Vector<int>.Zero;
        var bounds = new Vector<float>(bound);
        for (var i = begin; i < end; i += Vector<int>.Count)
        {
            sum += Vector.LessThanOrEqual(Loads(i), bounds) & At(_weights, i);
        }

        return Vector.Sum(sum);
    }

    private int FindIn(float bound, int begin, int end)
    {
        var slot = begin;
        var bounds = new Vector<float>(bound);
        while (slot < end)
        {
            if (slot % Vector<float>.Count == 0 && !Vector.LessThanOrEqualAny(Loads(slot), bounds))
            {
                slot += Vector<float>.Count;
            }
            else if (LoadOf(slot) + _penalties[slot] <= bound)
            {
                return slot;
            }
            else
            {
                slot++;
            }
        }

        return -1;
    }

    private Vector<float> Loads(int slot) => (Vector.ConvertToSingle(At(_chunk.Counters, slot)) * At(_reciprocals, slot)) + At(_penalties, slot);

    // Without the three checks of bounds, which cost as much as the arithmetic: all arrays are as long as the chunk, a
    // multiple of every vector's length, and the loops above end there.
    private static Vector<T> At<T>(T[] array, int slot) => Vector.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(array), (nuint)slot);
}
