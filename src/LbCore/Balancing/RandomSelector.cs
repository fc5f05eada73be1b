using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Draws one backend by weight.</summary>
internal sealed class RandomSelector : BackendSelector
{
    private readonly WeightedDraw _draw;

    public RandomSelector(BackendSet set)
        : base(set) => _draw = WeightedDraw.Of(set);

    public override int Select(in SelectionContext context) => _draw.Next(in context);

    public override IReadOnlyList<string> Explain(in SelectionContext context) => ChoiceSentences.OfChances(Set, in context);
}
