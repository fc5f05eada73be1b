using System;
using System.IO.Hashing;

namespace LbCore.Topology;

/// <summary>Hashes that are the same in every process and on every machine, so that instances agree without talking.</summary>
internal static class StableHash
{
    /// <summary>Hashes bytes: XXH3 with 64 bits and no seed.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>Mixes a hash with a number, so that each number makes another hash of it: the finalizer of MurmurHash3 (A. Appleby).</summary>
    public static ulong Mix(ulong hash, ulong number)
    {
        var mixed = hash ^ (number * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCD;
        mixed = (mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53;
        return mixed ^ (mixed >> 33);
    }
}
