using System;
using LbCore.Topology;

namespace LbCore.Proxying;

/// <summary>Keeps the random numbers that each loop chooses by.</summary>
internal static class LoopRandom
{
    [ThreadStatic]
    private static RandomSource? _current;

    /// <summary>Gets those of the calling thread.</summary>
    public static RandomSource Current => _current ??= new RandomSource(RandomSeed.Draw().First);
}
