using LbCore.Balancing;
using LbCore.Topology;

namespace CustomStrategy;

/// <summary>
/// Fills one backend before it uses the next, so that those at the end stay idle and can be switched off: what HAProxy calls
/// "first". A backend counts as filled with as many requests in flight as its weight times the parameter <c>upTo</c>.
/// </summary>
public sealed class FillFirst : IBalancingStrategy
{
    public string Name => "fill-first";

    // Configuration is checked by these: "upTo": 0 is refused before anything starts, and so is "uptoo".
    public IReadOnlyList<StrategyParameter> Parameters { get; } =
        [StrategyParameter.Number("upTo", "How many requests one unit of weight has before the next backend is used.", 8, 1, 100_000)];

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
        new Selector(set, arguments.Number("upTo")!.Value);

    // One object serves all loops at once. It keeps nothing of its own: what is in flight, the backends know.
    private sealed class Selector(BackendSet set, int upTo) : BackendSelector(set)
    {
        public override int Select(in SelectionContext context)
        {
            var best = None;
            for (var index = 0; index < Set.Count; index++)
            {
                var backend = Set[index];
                if (backend.Weight == 0 || context.IsExcluded(index))
                {
                    continue;
                }

                if (backend.InFlight < (long)backend.Weight * upTo)
                {
                    return index;
                }

                // All filled so far: the one with the least for its weight, compared without division.
                if (best == None || (long)backend.InFlight * Set[best].Weight < (long)Set[best].InFlight * backend.Weight)
                {
                    best = index;
                }
            }

            return best;
        }

        public override IReadOnlyList<string> Explain(in SelectionContext context)
        {
            var lines = new List<string>();
            foreach (var backend in Set.AsSpan())
            {
                lines.Add($"{backend.Name}: {backend.InFlight} in flight of {(long)backend.Weight * upTo} before the next is used");
            }

            return lines;
        }
    }
}
