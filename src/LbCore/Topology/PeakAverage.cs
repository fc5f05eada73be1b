using System;
using System.Diagnostics;

namespace LbCore.Topology;

/// <summary>
/// An average of times that jumps up to a peak at once and comes down slowly, exponentially with time: the peak EWMA of
/// Twitter's Finagle (M. Oliver, 2015), which Linkerd and Envoy have as well. Packed in one word, the millisecond of the
/// last sample above and the average in milliseconds below, so that several loops can write it and nobody reads halves.
/// 0 is no sample yet.
/// </summary>
internal static class PeakAverage
{
    // Milliseconds of 32 bits come round every 49 days. What seems to lie in the last minute before that is a sample that
    // another loop took a moment later; what has really been idle for so long counts as new, and is old again soon.
    private const uint Ahead = 60_000;
    private const float LeastMilliseconds = 1e-6f;

    private static readonly float MillisecondsPerTick = 1000f / Stopwatch.Frequency;

    /// <summary>Returns a number of ticks of <see cref="Stopwatch"/> in milliseconds.</summary>
    public static float MillisecondsOf(long ticks) => ticks * MillisecondsPerTick;

    /// <summary>Returns how many milliseconds ago the last sample was. Only with one.</summary>
    public static uint AgeOf(long word, uint now)
    {
        var age = now - (uint)(word >> 32);
        return age > uint.MaxValue - Ahead ? 0 : age;
    }

    /// <summary>Returns the average in milliseconds, which sinks towards 0 while there are no samples. 0 without any.</summary>
    /// <param name="word">The word.</param>
    /// <param name="now">The time: the lower half of <see cref="Environment.TickCount64"/>.</param>
    /// <param name="decay">In how many milliseconds it sinks to 1/e.</param>
    public static float Read(long word, uint now, float decay) => word == 0 ? 0 : AverageOf(word) * MathF.Exp(-AgeOf(word, now) / decay);

    /// <summary>Returns the word with one more sample.</summary>
    /// <param name="word">The word before.</param>
    /// <param name="sample">The sample in milliseconds.</param>
    /// <param name="now">The time.</param>
    /// <param name="decay">In how many milliseconds an older average fades to 1/e.</param>
    public static long Add(long word, float sample, uint now, float decay)
    {
        sample = MathF.Max(sample, LeastMilliseconds);
        if (word == 0)
        {
            return Pack(now, sample);
        }

        // Samples are weighed by the time since the one before, not by their number. Of several within a millisecond the
        // first counts, unless one is a peak.
        var age = AgeOf(word, now);
        var average = AverageOf(word);
        var kept = MathF.Exp(-age / decay);
        var next = sample >= average ? sample : (average * kept) + (sample * (1 - kept));
        return Pack(age == 0 ? (uint)(word >> 32) : now, next);
    }

    private static float AverageOf(long word) => BitConverter.Int32BitsToSingle((int)word);

    private static long Pack(uint time, float average) => ((long)time << 32) | (uint)BitConverter.SingleToInt32Bits(average);
}
