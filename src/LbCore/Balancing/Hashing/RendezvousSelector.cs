using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Lets the backends race: each one's time to the goal is exponential, made of the key and its name, and weight makes it
/// faster. The first that is not excluded wins, so shares are exactly by weight and no backend's time depends on the others.
/// </summary>
internal sealed class RendezvousSelector : HashSelector
{
    private const ulong FractionEnd = 1UL << PortableLogarithm.FractionBits;
    private const double FractionUnit = 1.0 / FractionEnd;
    private const int RanksToExplain = 5;

    // -ln(u) is at least 1 - u. Who loses by that alone needs no logarithm; the margin is far above any rounding, so that
    // the short cut never changes who wins.
    private const double Margin = 1 + 1e-9;

    private readonly double[] _inverseWeights;

    public RendezvousSelector(BackendSet set, KeyHasher hasher)
        : base(set, hasher)
    {
        _inverseWeights = new double[Ranked.Count];
        for (var rank = 0; rank < _inverseWeights.Length; rank++)
        {
            _inverseWeights[rank] = 1.0 / Ranked.Weights[rank];
        }
    }

    protected override int Select(ulong hash, in SelectionContext context)
    {
        var indexes = Ranked.Indexes;
        var nameHashes = Ranked.NameHashes;
        var inverseWeights = _inverseWeights;
        var hasExclusions = context.HasExclusions;
        var winner = None;
        var best = double.PositiveInfinity;
        var limit = double.PositiveInfinity;
        for (var rank = 0; rank < inverseWeights.Length; rank++)
        {
            var numerator = Numerator(hash, nameHashes[rank]);
            if ((FractionEnd - numerator) * FractionUnit * inverseWeights[rank] > limit
                || (hasExclusions && context.IsExcluded(indexes[rank])))
            {
                continue;
            }

            // At the same time the name that is first in order wins.
            var time = PortableLogarithm.NegativeLog(numerator) * inverseWeights[rank];
            if (time < best)
            {
                best = time;
                limit = time * Margin;
                winner = indexes[rank];
            }
        }

        return winner;
    }

    protected override void Explain(ulong hash, in SelectionContext context, List<string> steps)
    {
        var times = new double[Ranked.Count];
        for (var rank = 0; rank < times.Length; rank++)
        {
            times[rank] = PortableLogarithm.NegativeLog(Numerator(hash, Ranked.NameHashes[rank])) * _inverseWeights[rank];
        }

        var order = Enumerable.Range(0, times.Length).OrderBy(rank => times[rank]).ToArray();
        var place = 0;
        foreach (var rank in order)
        {
            var excluded = context.IsExcluded(Ranked.Indexes[rank]);
            if (++place <= RanksToExplain || !excluded)
            {
                steps.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place}. of {order.Length} in rendezvous order: backend {BackendOf(rank)}, weight {Ranked.Weights[rank]}, score {times[rank]:g6}{(excluded ? ", excluded" : string.Empty)}"));
            }

            if (place >= RanksToExplain && !excluded)
            {
                break;
            }
        }

        var chosen = Select(hash, in context);
        steps.Add(chosen == None ? "no backend is left" : $"backend {Set[chosen]} is chosen: the lowest score that is not excluded");
    }

    // An odd number below 2^53: half a unit away from 0 and 1, neither of which a logarithm could use.
    private static ulong Numerator(ulong hash, ulong nameHash) => (StableHash.Mix(hash, nameHash) >> 12 << 1) | 1;
}
