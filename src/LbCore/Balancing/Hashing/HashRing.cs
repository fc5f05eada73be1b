using System;
using System.Numerics;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Many points on a circle for each backend, as D. Karger and others describe it ("Consistent Hashing and Random Trees",
/// 1997) and ketama made it known. Immutable.
/// </summary>
internal sealed class HashRing
{
    /// <summary>
    /// How many points there are at most, or as many as backends when those are more. Beyond it each backend's number is
    /// halved until they fit, so that a change of the set leaves the points of the others alone.
    /// </summary>
    public const int MaxPoints = 1_000_000;

    // A point is its position in the upper bits and its backend's rank in the lower ones: one read finds both. Where two
    // fall on one position the name that is first in order wins, whatever the set's order.
    private const int RankBits = 24;
    private const ulong RankMask = (1UL << RankBits) - 1;

    private readonly ulong[] _points;
    private readonly int[] _firstOfBucket;
    private readonly int _bucketShift;

    private HashRing(ulong[] points, int[] firstOfBucket, int bucketShift)
    {
        _points = points;
        _firstOfBucket = firstOfBucket;
        _bucketShift = bucketShift;
    }

    public int Count => _points.Length - 1;

    public static HashRing Build(RankedBackends backends, int pointsPerWeight)
    {
        var halvings = 0;
        while (CountPoints(backends, pointsPerWeight, halvings) > Math.Max(MaxPoints, backends.Count))
        {
            halvings++;
        }

        // The last one is no backend's. It ends a search without a look at the length, for no key is behind it.
        var points = new ulong[CountPoints(backends, pointsPerWeight, halvings) + 1];
        var count = 0;
        for (var rank = 0; rank < backends.Count; rank++)
        {
            for (var point = PointsOf(backends.Weights[rank], pointsPerWeight, halvings); point > 0; point--)
            {
                points[count++] = (StableHash.Mix(backends.NameHashes[rank], (ulong)point) & ~RankMask) | (uint)rank;
            }
        }

        points[count] = ulong.MaxValue;
        Array.Sort(points, 0, count);

        // About one point a bucket, so a search takes one or two steps however many points there are.
        var bucketBits = Math.Max(BitOperations.Log2((uint)count), 1);
        var shift = 64 - bucketBits;
        var firstOfBucket = new int[1 << bucketBits];
        for (int bucket = 0, point = 0; bucket < firstOfBucket.Length; bucket++)
        {
            while (points[point] < (ulong)bucket << shift)
            {
                point++;
            }

            firstOfBucket[bucket] = point;
        }

        return new HashRing(points, firstOfBucket, shift);
    }

    /// <summary>Returns the first point at or after a hash. The ring has no end: after the last point is the first.</summary>
    public int FirstAtOrAfter(ulong hash)
    {
        var points = _points;
        var position = hash & ~RankMask;
        var point = _firstOfBucket[hash >> _bucketShift];
        while (points[point] < position)
        {
            point++;
        }

        return point == points.Length - 1 ? 0 : point;
    }

    public int After(int point) => point + 1 == Count ? 0 : point + 1;

    public int RankAt(int point) => (int)(_points[point] & RankMask);

    public ulong PositionAt(int point) => _points[point] & ~RankMask;

    private static int PointsOf(int weight, int pointsPerWeight, int halvings) => Math.Max((weight * pointsPerWeight) >> halvings, 1);

    private static long CountPoints(RankedBackends backends, int pointsPerWeight, int halvings)
    {
        var count = 0L;
        foreach (var weight in backends.Weights)
        {
            count += PointsOf(weight, pointsPerWeight, halvings);
        }

        return count;
    }
}
