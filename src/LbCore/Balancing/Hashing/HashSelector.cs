using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>Chooses by the hash of a key; by chance, by weight, where there is no key.</summary>
internal abstract class HashSelector : BackendSelector
{
    private readonly KeyHasher _hasher;
    private readonly WeightedDraw _draw;

    protected HashSelector(BackendSet set, KeyHasher hasher)
        : base(set)
    {
        _hasher = hasher;
        _draw = WeightedDraw.Of(set);
        Ranked = new RankedBackends(set);
    }

    protected RankedBackends Ranked { get; }

    public sealed override int Select(in SelectionContext context)
    {
        if (Ranked.Count == 0)
        {
            return None;
        }

        return _hasher.TryHash(in context, out var hash) ? Select(hash, in context) : _draw.Next(in context);
    }

    public sealed override IReadOnlyList<string> Explain(in SelectionContext context)
    {
        if (Ranked.Count == 0)
        {
            return ["no backend has a weight above 0"];
        }

        if (!_hasher.TryHash(in context, out var hash))
        {
            return [$"{_hasher.DescribeMissing()}: a backend is chosen by chance, by weight", .. ChoiceSentences.OfChances(Set, in context)];
        }

        var steps = new List<string> { $"{_hasher.Describe(in context)} hashes to 0x{hash:x16}" };
        Explain(hash, in context, steps);
        return steps;
    }

    /// <summary>Returns the index of the backend for a hash. At least one backend has a weight.</summary>
    protected abstract int Select(ulong hash, in SelectionContext context);

    /// <summary>Adds the arithmetic of what <see cref="Select(ulong, in SelectionContext)"/> would return.</summary>
    protected abstract void Explain(ulong hash, in SelectionContext context, List<string> steps);

    protected Backend BackendOf(int rank) => Set[Ranked.Indexes[rank]];
}
