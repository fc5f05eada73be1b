using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Says in sentences by what figures a strategy chooses.</summary>
internal static class ChoiceSentences
{
    private const int MaxShown = 5;

    /// <summary>Returns what the backends that may be chosen have in flight for their weight, the least first.</summary>
    public static IReadOnlyList<string> OfLoads(BackendSet set, in SelectionContext context)
    {
        var loads = CandidatesOf(set, in context)
            .Select(static backend => (Backend: backend, backend.InFlight))
            .OrderBy(static item => (double)item.InFlight / item.Backend.Weight);
        return Shorten([.. loads.Select(static item => string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Backend.Name}: {item.InFlight} in flight / weight {item.Backend.Weight} = {(double)item.InFlight / item.Backend.Weight:0.###}"))]);
    }

    /// <summary>Returns the chances of the backends that may be chosen, the greatest first.</summary>
    public static IReadOnlyList<string> OfChances(BackendSet set, in SelectionContext context)
    {
        var candidates = CandidatesOf(set, in context);
        double sum = candidates.Sum(static backend => backend.Weight);
        return Shorten([.. candidates.OrderByDescending(static backend => backend.Weight).Select(backend => string.Create(
            CultureInfo.InvariantCulture,
            $"{backend.Name}: weight {backend.Weight} of {sum} = {100 * backend.Weight / sum:0.##} %"))]);
    }

    /// <summary>Returns the backends that may be chosen.</summary>
    public static List<Backend> CandidatesOf(BackendSet set, in SelectionContext context)
    {
        var candidates = new List<Backend>(set.Count);
        for (var index = 0; index < set.Count; index++)
        {
            if (set[index].Weight > 0 && !context.IsExcluded(index))
            {
                candidates.Add(set[index]);
            }
        }

        return candidates;
    }

    /// <summary>Returns the first few sentences, and how many others there are.</summary>
    public static IReadOnlyList<string> Shorten(IReadOnlyList<string> sentences) => sentences.Count <= MaxShown
        ? sentences
        : [.. sentences.Take(MaxShown), string.Create(CultureInfo.InvariantCulture, $"and {sentences.Count - MaxShown} others behind them")];
}
