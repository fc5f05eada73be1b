using System;
using System.Numerics;
using System.Threading;

namespace LbCore.Proxying;

/// <summary>Counts the open connections of each address, wait-free: all loops share it.</summary>
/// <remarks>
/// A count-min sketch: an address has a counter in each of two rows, by different parts of its hash, and the smaller one
/// counts. Others may share a counter, never hide it. The two are not counted in one step: of two loops that pass each other
/// between the rows, each may find the last place in another row, and both let one in. A loop is between the rows with one
/// connection at a time, so an address may come to have more than its limit by less than there are loops. One may be refused
/// too soon when others have filled both of its counters, or another of its own is being refused at the same moment. Full
/// counters are few, since all connections are bounded: with 100 addresses at their limit among 65,536 counters it meets one
/// address in 400,000. The hash is of a secret of this process, so that nobody can look for addresses that share an other's
/// counters.
/// </remarks>
internal sealed class AddressCounts
{
    private const int MinCounters = 1024;
    private const int MaxCounters = 1024 * 1024;

    private readonly int[] _firstRow;
    private readonly int[] _secondRow;
    private readonly ulong _mask;
    private readonly ulong _firstSecret;
    private readonly ulong _secondSecret;

    /// <param name="maxConnections">How many connections there are at most. A row has four times as many counters, within bounds.</param>
    public AddressCounts(int maxConnections)
    {
        var counters = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(maxConnections * 4L, MinCounters, MaxCounters));
        _firstRow = new int[counters];
        _secondRow = new int[counters];
        _mask = (ulong)counters - 1;
        (_firstSecret, _secondSecret) = RandomSeed.Draw();
    }

    /// <summary>Counts one more connection of an address. False, and not counted, when it has as many as one may. Any loop.</summary>
    public bool TryEnter(ulong network, int limit)
    {
        var hash = HashOf(network);
        var first = Interlocked.Increment(ref FirstOf(hash));
        var second = Interlocked.Increment(ref SecondOf(hash));
        if (Math.Min(first, second) <= limit)
        {
            return true;
        }

        Leave(network);
        return false;
    }

    /// <summary>Uncounts a connection that was counted. Any loop.</summary>
    public void Leave(ulong network)
    {
        var hash = HashOf(network);
        Interlocked.Decrement(ref FirstOf(hash));
        Interlocked.Decrement(ref SecondOf(hash));
    }

    private ref int FirstOf(ulong hash) => ref _firstRow[hash & _mask];

    private ref int SecondOf(ulong hash) => ref _secondRow[(hash >> 32) & _mask];

    // The rounds of SplitMix64, between two secrets.
    private ulong HashOf(ulong network)
    {
        var hash = network ^ _firstSecret;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = ((hash ^ (hash >> 27)) * 0x94D049BB133111EB) ^ _secondSecret;
        hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
        return hash ^ (hash >> 32);
    }
}
