using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Selects and reserves in one step.</summary>
internal static class BackendReservation
{
    // After how many full backends the strategy is not asked any more.
    private const int MaxPassedOver = 32;

    /// <summary>
    /// Reserves a backend that is not excluded. Full ones are passed over and excluded, for a selector cannot know limits.
    /// </summary>
    /// <param name="selector">The cluster's current selector.</param>
    /// <param name="context">What the selector may look at; its exclusions are <paramref name="excluded"/>.</param>
    /// <param name="excluded">The backends tried or found full; grows.</param>
    /// <param name="full">Whether a backend was passed over because it was full.</param>
    /// <returns>The index of the reserved backend in the selector's set, or <see cref="BackendSelector.None"/>.</returns>
    public static int TryReserve(BackendSelector selector, in SelectionContext context, ref ExclusionSet excluded, out bool full)
    {
        full = false;
        for (var passedOver = 0; passedOver < MaxPassedOver; passedOver++)
        {
            var index = selector.Select(in context);

            // A strategy that is not ours may choose what it must not. Asked again it would again, for ever.
            if ((uint)index >= (uint)selector.Set.Count || excluded.Contains(index))
            {
                return BackendSelector.None;
            }

            if (selector.Set[index].TryReserve())
            {
                return index;
            }

            full = true;
            excluded.Add(index);
        }

        return TryReserveAny(selector.Set, context.Random, in excluded);
    }

    // So many full ones one after the other are a cluster that is about full. To ask for each of the others in its turn would
    // take a loop longer the more there are, and just then.
    private static int TryReserveAny(BackendSet set, RandomSource random, in ExclusionSet excluded)
    {
        var index = random.Next(set.Count);
        for (var left = set.Count; left > 0; left--)
        {
            if (set[index].Weight > 0 && !excluded.Contains(index) && set[index].TryReserve())
            {
                return index;
            }

            index = index + 1 == set.Count ? 0 : index + 1;
        }

        return BackendSelector.None;
    }
}
