using System.Numerics;

namespace LbCore.LoadTool;

/// <summary>Counts nanosecond values in log-linear buckets: 64 steps a power of two, so at most 1.6 % off; no allocation to record.</summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits + 1) * Steps];

    public long Count { get; private set; }

    public long Max { get; private set; }

    public void Record(long nanoseconds)
    {
        var value = nanoseconds < 0 ? 0 : nanoseconds;
        _counts[IndexOf(value)]++;
        Count++;
        if (value > Max)
        {
            Max = value;
        }
    }

    /// <summary>Returns the value below which the given share (0 to 1) of the records lie, in nanoseconds.</summary>
    public long Percentile(double share)
    {
        var wanted = (long)(share * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen > wanted)
            {
                return long.Min(MiddleOf(i), Max);
            }
        }

        return Max;
    }

    private static int IndexOf(long value)
    {
        if (value < Steps)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - StepBits;
        return (shift * Steps) + (int)(value >> shift);
    }

    private static long MiddleOf(int index)
    {
        if (index < Steps)
        {
            return index;
        }

        var shift = (index / Steps) - 1;
        var low = (long)((index % Steps) + Steps) << shift;
        return low + ((1L << shift) / 2);
    }
}
