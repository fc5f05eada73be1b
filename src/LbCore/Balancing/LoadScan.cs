using System;
using System.Numerics;
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
/// load found and the loads of all that truly have the least differ by no more than 2u, to which <see cref="Tolerance"/>
/// allows; different fractions a/v and b/w differ by at least 1/(a w) of themselves, and are told apart where that is more
/// than 4u = 2^-21: as long as what is in flight times the weight is below 2^21, which is 8,191 in flight at the weight 256,
/// and two million at the weight 1. Above it, backends that differ by less than one in two million count as equal.
/// </para>
/// <para>
/// Where there are more than <see cref="InFlightTable.MaxScanned"/> counters, each block of 64 keeps its least load together
/// with the number of changes at which it was found, in one word. A choice compares the numbers, and scans again only the
/// blocks that have changed: what it finds is as exact as a scan of all.
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

    /// <summary>Returns the least load now; <see cref="Never"/> when there is no backend.</summary>
    public float Least()
    {
        if (_least is not { } known || _chunk.Changes is not { } changes)
        {
            return LeastOf(0, Length);
        }

        var least = Never;
        for (var block = 0; block < known.Length; block++)
        {
            var changed = Volatile.Read(ref changes[block]);
            var word = Volatile.Read(ref known[block]);
            var load = (int)(word >> 32) == changed ? LoadIn(word) : Refresh(block, changed);
            least = Math.Min(least, load);
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

    /// <summary>Returns the sum of the weights of the backends whose load is at most the bound.</summary>
    public int WeightUpTo(float bound)
    {
        var sum = Vector<int>.Zero;
        var bounds = new Vector<float>(bound);
        for (var begin = 0; begin < Length; begin += InFlightChunk.BlockSize)
        {
            if (_least is { } known && LoadIn(Volatile.Read(ref known[begin / InFlightChunk.BlockSize])) > bound)
            {
                continue;
            }

            for (var i = begin; i < Math.Min(begin + InFlightChunk.BlockSize, Length); i += Vector<int>.Count)
            {
                sum += Vector.LessThanOrEqual(Loads(i), bounds) & new Vector<int>(_weights, i);
            }
        }

        return Vector.Sum(sum);
    }

    /// <summary>
    /// Walks the backends whose load is at most the bound, and takes their weights from <paramref name="rest"/> until it is
    /// below zero.
    /// </summary>
    /// <returns>The counter where that happens; -1 when it does not.</returns>
    public int FindByWeight(float bound, ref int rest)
    {
        for (var slot = Find(bound, 0); slot >= 0; slot = Find(bound, slot + 1))
        {
            rest -= _weights[slot];
            if (rest < 0)
            {
                return slot;
            }
        }

        return -1;
    }

    private static float LoadIn(long word) => BitConverter.Int32BitsToSingle((int)word);

    private float Refresh(int block, int changed)
    {
        var begin = block * InFlightChunk.BlockSize;
        var load = LeastOf(begin, Math.Min(begin + InFlightChunk.BlockSize, Length));

        // The number of before the scan: a change meanwhile makes it out of date. One that another thread wrote in between
        // may be lost with it, and is found again.
        Volatile.Write(ref _least![block], ((long)changed << 32) | (uint)BitConverter.SingleToInt32Bits(load));
        return load;
    }

    private float LeastOf(int begin, int end)
    {
        var least = new Vector<float>(Never);
        for (var i = begin; i < end; i += Vector<float>.Count)
        {
            least = Vector.MinNative(least, Loads(i));
        }

        var result = Never;
        for (var i = 0; i < Vector<float>.Count; i++)
        {
            result = Math.Min(result, least[i]);
        }

        return result;
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
            else if (Load(slot) <= bound)
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

    private Vector<float> Loads(int slot) =>
        (Vector.ConvertToSingle(new Vector<int>(_chunk.Counters, slot)) * new Vector<float>(_reciprocals, slot))
        + new Vector<float>(_penalties, slot);

    private float Load(int slot) => (Volatile.Read(ref _chunk.Counters[slot]) * _reciprocals[slot]) + _penalties[slot];
}
