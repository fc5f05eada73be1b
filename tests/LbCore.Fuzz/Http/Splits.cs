using System;
using System.Collections.Generic;

namespace LbCore.Fuzz.Http;

/// <summary>The ways in which the same bytes come in pieces. They depend on the bytes alone, so what is found comes again.</summary>
internal static class Splits
{
    /// <summary>Few enough to keep a fuzzer fast.</summary>
    public const int Few = 3;

    public const int Every = int.MaxValue;

    private const int MostRagged = 8;

    /// <summary>
    /// Returns offsets where the pieces end: byte by byte; cut once, at every place or at some of them; and cut at random,
    /// into pieces of very different sizes.
    /// </summary>
    public static IEnumerable<int[]> Of(byte[] bytes, int most)
    {
        yield return Bytewise(bytes.Length);
        var random = new Random(Hash(bytes));
        var cuts = Math.Min(most, bytes.Length - 1);
        for (var i = 1; i <= cuts; i++)
        {
            yield return [most < bytes.Length - 1 ? random.Next(1, bytes.Length) : i, bytes.Length];
        }

        for (var i = 0; i < Math.Min(Math.Max(most / 3, 1), MostRagged); i++)
        {
            yield return Ragged(bytes.Length, random);
        }
    }

    private static int[] Bytewise(int length)
    {
        var ends = new int[length];
        for (var i = 0; i < length; i++)
        {
            ends[i] = i + 1;
        }

        return ends;
    }

    private static int[] Ragged(int length, Random random)
    {
        var ends = new List<int>();
        for (var end = 0; end < length; ends.Add(end))
        {
            end = Math.Min(end + 1 + random.Next(random.Next(1, 64)), length);
        }

        return [.. ends];
    }

    // FNV-1a: HashCode begins with another value in each process.
    private static int Hash(byte[] bytes)
    {
        var hash = 2166136261u;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 16777619u;
        }

        return (int)hash;
    }
}
