using System;
using System.Collections.Generic;
using System.Globalization;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Takes the backend of the first point on the ring at or after the key's hash; of the next point where that backend is
/// excluded or has reached its bound.
/// </summary>
internal sealed class RingSelector : HashSelector
{
    // A walk this long (some microseconds) has nearly all backends behind it. What is left is then looked for directly.
    private const int MaxSteps = 4096;

    private const int MaxStepsToExplain = 8;

    private readonly HashRing? _ring;
    private readonly LoadBounds? _bounds;

    public RingSelector(BackendSet set, KeyHasher hasher, int pointsPerWeight, double balanceFactor)
        : base(set, hasher)
    {
        _ring = Ranked.Count > 0 ? HashRing.Build(Ranked, pointsPerWeight) : null;
        _bounds = balanceFactor > 0 ? new LoadBounds(set, Ranked, balanceFactor) : null;
    }

    /// <summary>Gets how many points are on the ring.</summary>
    public int Points => _ring?.Count ?? 0;

    protected override int Select(ulong hash, in SelectionContext context)
    {
        var ring = _ring!;
        var point = ring.FirstAtOrAfter(hash);
        if (_bounds is null)
        {
            var index = Ranked.Indexes[ring.RankAt(point)];
            return context.HasExclusions && context.IsExcluded(index) ? SelectNext(ring, point, hash, in context) : index;
        }

        return SelectWithin(_bounds, _bounds.Total(context.Random), point, hash, in context);
    }

    protected override void Explain(ulong hash, in SelectionContext context, List<string> steps)
    {
        var ring = _ring!;
        var point = ring.FirstAtOrAfter(hash);
        var total = _bounds?.Renew() ?? 0;
        var chosen = _bounds is null ? SelectNext(ring, point, hash, in context) : SelectWithin(_bounds, total, point, hash, in context);
        steps.Add($"point 0x{ring.PositionAt(point):x16} of backend {BackendOf(ring.RankAt(point))} is the first of {ring.Count} on the ring at or after it");
        var passed = new HashSet<int>();
        for (var step = 0; step < Math.Min(ring.Count, MaxSteps) && passed.Count < MaxStepsToExplain; step++, point = ring.After(point))
        {
            var rank = ring.RankAt(point);
            if (Ranked.Indexes[rank] == chosen)
            {
                break;
            }

            if (passed.Add(rank))
            {
                steps.Add(context.IsExcluded(Ranked.Indexes[rank])
                    ? $"backend {BackendOf(rank)} is excluded: the next point counts"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"backend {BackendOf(rank)} has {_bounds!.InFlightOf(rank)} in flight of at most {_bounds.BoundOf(rank, total)}: the next point counts"));
            }
        }

        steps.Add(chosen == None ? "no backend is left" : $"backend {Set[chosen]} is chosen");
    }

    private int SelectNext(HashRing ring, int point, ulong hash, in SelectionContext context)
    {
        for (var step = 0; step < MaxSteps; step++, point = ring.After(point))
        {
            var index = Ranked.Indexes[ring.RankAt(point)];
            if (!context.IsExcluded(index))
            {
                return index;
            }
        }

        return Ranked.SelectLeft(hash, in context);
    }

    private int SelectWithin(LoadBounds bounds, long total, int point, ulong hash, in SelectionContext context)
    {
        var ring = _ring!;
        var home = point;
        var rankOfHome = ring.RankAt(home);
        if (!context.IsExcluded(Ranked.Indexes[rankOfHome]) && bounds.HasRoom(rankOfHome, total))
        {
            return Ranked.Indexes[rankOfHome];
        }

        // The bound is old by now, perhaps. While load rises an old one is too low, and would send keys away that may stay.
        total = bounds.Renew();
        for (var step = 0; step < MaxSteps; step++, point = ring.After(point))
        {
            var rank = ring.RankAt(point);
            if (!context.IsExcluded(Ranked.Indexes[rank]) && bounds.HasRoom(rank, total))
            {
                return Ranked.Indexes[rank];
            }
        }

        for (int step = 0, rank = ring.RankAt(point); step < Ranked.Count; step++, rank = rank + 1 == Ranked.Count ? 0 : rank + 1)
        {
            if (!context.IsExcluded(Ranked.Indexes[rank]) && bounds.HasRoom(rank, total))
            {
                return Ranked.Indexes[rank];
            }
        }

        // All that are left are at their bounds: those that are excluded took the room. A bound shares load, it refuses none.
        return SelectNext(ring, home, hash, in context);
    }
}
