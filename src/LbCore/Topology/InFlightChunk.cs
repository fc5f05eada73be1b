using System.Threading;

namespace LbCore.Topology;

/// <summary>
/// Counters of reservations, packed so that a strategy can look at hundreds in one go. It never moves, so that a loop that
/// adds needs to know nothing of a table that grows.
/// </summary>
internal sealed class InFlightChunk
{
    /// <summary>How many counters share one number of changes.</summary>
    public const int BlockSize = 64;

    /// <summary>What <see cref="Length"/> is a multiple of: no vector register of any machine holds more, so a scan has no remainder.</summary>
    public const int Granularity = 16;

    private readonly int[] _counters;
    private readonly int[]? _changes;

    /// <param name="length">A multiple of <see cref="Granularity"/>.</param>
    /// <param name="countsChanges">Whether <see cref="Changes"/> are kept. They cost another atomic addition each time.</param>
    public InFlightChunk(int length, bool countsChanges)
    {
        _counters = new int[length];
        _changes = countsChanges ? new int[(length + BlockSize - 1) / BlockSize] : null;
    }

    public int Length => _counters.Length;

    /// <summary>Gets the counters; they change at any time. Those that belong to nobody are 0.</summary>
    public int[] Counters => _counters;

    /// <summary>
    /// Gets how often each block of counters has changed, wrapping round; null when it is not counted. It is counted after
    /// the change: who reads this number first and the counters then has not missed a change that the number has.
    /// </summary>
    public int[]? Changes => _changes;

    public void Add(int slot, int amount)
    {
        Interlocked.Add(ref _counters[slot], amount);
        if (_changes is { } changes)
        {
            Interlocked.Increment(ref changes[slot / BlockSize]);
        }
    }
}
