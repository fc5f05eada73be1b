using System;
using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Builds the table of D. Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load Balancer" (2016): each
/// backend has a preference for every slot, and in turn takes the one that it likes best of those that are free.
/// </summary>
internal static class MaglevTable
{
    // Two hashes of a name that have nothing to do with each other, nor with the ring's points.
    private const ulong OffsetSeed = 0x6D61676C6576_01;
    private const ulong SkipSeed = 0x6D61676C6576_02;

    /// <summary>Returns the table, of ranks.</summary>
    /// <param name="backends">At least one.</param>
    /// <param name="size">A prime that is not below their number.</param>
    public static int[] Build(RankedBackends backends, int size)
    {
        var table = new int[size];
        var taken = new ulong[(size / 64) + 1];
        var slots = new int[backends.Count];
        var skips = new int[backends.Count];
        for (var rank = 0; rank < slots.Length; rank++)
        {
            slots[rank] = (int)(StableHash.Mix(backends.NameHashes[rank], OffsetSeed) % (ulong)size);
            skips[rank] = (int)(StableHash.Mix(backends.NameHashes[rank], SkipSeed) % (ulong)(size - 1)) + 1;
        }

        var left = Shares(backends, size);
        var turns = Turns(backends);
        for (int filled = 0, turn = 0; filled < size; turn = turn + 1 == turns.Length ? 0 : turn + 1)
        {
            var rank = turns[turn];
            if (left[rank] == 0)
            {
                continue;
            }

            // The size is a prime, so steps of any length come to every slot before the first one again.
            var slot = slots[rank];
            while ((taken[slot / 64] & (1UL << slot)) != 0)
            {
                slot = Step(slot, skips[rank], size);
            }

            taken[slot / 64] |= 1UL << slot;
            table[slot] = rank;
            slots[rank] = Step(slot, skips[rank], size);
            left[rank]--;
            filled++;
        }

        return table;
    }

    /// <summary>
    /// Returns how many slots each backend gets: its share by weight, rounded so that they sum to the size, and at least one.
    /// With turns alone, as other implementations have it, many light backends take up to one slot each from a heavy one.
    /// </summary>
    public static int[] Shares(RankedBackends backends, int size)
    {
        int[] shares = [.. backends.Weights];
        var sum = LargestRemainder.ShareOut(shares, backends.TotalWeight, size);

        // The slots that were given to those with less than one come from those that have the most.
        if (sum > size)
        {
            TakeBack(shares, sum - size);
        }

        return shares;
    }

    private static void TakeBack(int[] shares, int excess)
    {
        var largest = new PriorityQueue<int, (int NegativeShare, int Rank)>();
        for (var rank = 0; rank < shares.Length; rank++)
        {
            largest.Enqueue(rank, (-shares[rank], rank));
        }

        for (; excess > 0; excess--)
        {
            var rank = largest.Dequeue();
            shares[rank]--;
            largest.Enqueue(rank, (-shares[rank], rank));
        }
    }

    /// <summary>
    /// Returns whose turn it is, for one whole cycle. The heaviest has one in every pass, the others as often as their weight
    /// is beside its, and all have one in the first pass.
    /// </summary>
    private static int[] Turns(RankedBackends backends)
    {
        var heaviest = 0;
        foreach (var weight in backends.Weights)
        {
            heaviest = Math.Max(heaviest, weight);
        }

        var turns = new int[backends.TotalWeight];
        var count = 0;
        for (var pass = 0; pass < heaviest; pass++)
        {
            for (var rank = 0; rank < backends.Count; rank++)
            {
                if (pass * backends.Weights[rank] % heaviest < backends.Weights[rank])
                {
                    turns[count++] = rank;
                }
            }
        }

        return turns;
    }

    private static int Step(int slot, int skip, int size)
    {
        slot += skip;
        return slot >= size ? slot - size : slot;
    }
}
