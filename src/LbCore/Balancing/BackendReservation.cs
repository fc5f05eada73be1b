using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Selects and reserves in one step.</summary>
internal static class BackendReservation
{
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
        while (true)
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
    }
}
