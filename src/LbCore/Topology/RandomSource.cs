using System;
using System.Numerics;

namespace LbCore.Topology;

/// <summary>
/// Draws random numbers fast and without bias: xoshiro256++ by D. Blackman and S. Vigna ("Scrambled Linear Pseudorandom
/// Number Generators", 2021). Not for secrets. For one thread at a time.
/// </summary>
public sealed class RandomSource
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Begins a sequence. The same seed gives the same one.</summary>
    /// <param name="seed">Any number.</param>
    public RandomSource(ulong seed)
    {
        _s0 = Spread(ref seed);
        _s1 = Spread(ref seed);
        _s2 = Spread(ref seed);
        _s3 = Spread(ref seed);
    }

    /// <summary>Returns 64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s0 + _s3, 23) + _s0;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Returns a number from 0 to <paramref name="count"/> - 1, each as likely as the others.</summary>
    /// <param name="count">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is 0 or less.</exception>
    public int Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);

        // D. Lemire, "Fast Random Integer Generation in an Interval" (2019): a multiplication, and a division only in the
        // rare case in which the remainder could favour some numbers.
        var range = (uint)count;
        var product = (NextBits() >> 32) * range;
        var low = (uint)product;
        if (low < range)
        {
            var threshold = (0u - range) % range;
            while (low < threshold)
            {
                product = (NextBits() >> 32) * range;
                low = (uint)product;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>Returns a number of at least 0 and below 1, of 53 random bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    // SplitMix64, as its authors advise for seeds: no seed leads to the one state that only has zeros.
    private static ulong Spread(ref ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        var z = seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
