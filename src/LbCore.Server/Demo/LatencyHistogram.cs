using System;
using System.Numerics;

namespace LbCore.Server.Demo;

/// <summary>Counts latencies in 512 buckets, each at most 1/16 wider than the one before: percentiles within 6 %, in 4 KiB.</summary>
internal sealed class LatencyHistogram
{
    // 16 buckets for each doubling, from 1 µs to 71 minutes.
    private const int StepBits = 4;
    private const int Steps = 1 << StepBits;
    private const int Buckets = 32 * Steps;

    // At 10,000 requests a second an int would be full after two and a half days.
    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    public void Add(TimeSpan latency)
    {
        _counts[IndexOf((uint)Math.Clamp(latency.TotalMicroseconds, 0, uint.MaxValue))]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>Returns the latency that the given share of all, 0 to 1, does not exceed; null when there is none.</summary>
    public TimeSpan? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var left = Math.Max(1, (long)Math.Ceiling(Count * share));
        var index = -1;
        while (left > 0)
        {
            left -= _counts[++index];
        }

        return TimeSpan.FromMicroseconds(UpperBound(index));
    }

    private static int IndexOf(uint microseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2(microseconds | 1) - StepBits);
        return (shift << StepBits) + (int)(microseconds >> shift);
    }

    private static double UpperBound(int index)
    {
        var shift = Math.Max(0, (index >> StepBits) - 1);
        return ((long)(index - (shift << StepBits) + 1) << shift) - 1;
    }
}
