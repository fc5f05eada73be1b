using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Compares two different backends, each drawn by weight.</summary>
internal sealed class PowerOfTwoSelector : BackendSelector
{
    private readonly WeightedDraw _draw;

    public PowerOfTwoSelector(BackendSet set)
        : base(set) => _draw = WeightedDraw.Of(set);

    public override int Select(in SelectionContext context)
    {
        var first = _draw.Next(in context);
        if (first < 0 || _draw.Count == 1)
        {
            return first;
        }

        var second = _draw.Next(in context, other: first);
        return second >= 0 && IsLess(Set[second], Set[first]) ? second : first;
    }

    public override IReadOnlyList<string> Explain(in SelectionContext context) =>
        ["two are drawn by weight, and the lower of the two is chosen:", .. ChoiceSentences.OfLoads(Set, in context)];

    // Multiplied crosswise: a quotient would be rounded. The first draw wins a tie, so an idle cluster is served by weight.
    private static bool IsLess(Backend backend, Backend other) =>
        (long)backend.State.InFlight * other.Weight < (long)other.State.InFlight * backend.Weight;
}
