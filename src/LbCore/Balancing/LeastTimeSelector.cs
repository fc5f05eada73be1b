using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Compares the expected times of all backends when there are few, and otherwise of some drawn by weight.</summary>
/// <remarks>
/// <para>
/// The cost of a backend is its average time to the first byte x (in flight + 1) / weight, and the lowest is chosen; equal
/// costs are drawn by weight. The average is read as it has faded until now, so one that was slow is tried again in time.
/// </para>
/// <para>
/// Cold start: a backend that was never measured counts as quick as the quickest beside it. So it gets no more in flight
/// than that one, until its first response tells; a slow newcomer is not flooded. The same holds for an average that has had
/// no sample for longer than the decay and has faded below the others': a backend is not quick because nobody asked. When
/// none was measured, all count as equal, and what is in flight decides.
/// </para>
/// </remarks>
internal sealed class LeastTimeSelector : BackendSelector
{
    /// <summary>Up to so many backends all are compared.</summary>
    public const int MaxCompared = 8;

    private readonly WeightedDraw _draw;
    private readonly BackendState[] _states;
    private readonly int[] _weights;
    private readonly float _decay;
    private readonly int _choices;

    /// <param name="set">The backends.</param>
    /// <param name="decay">In how many milliseconds an average fades to 1/e.</param>
    /// <param name="choices">How many are drawn when there are many.</param>
    public LeastTimeSelector(BackendSet set, float decay, int choices)
        : base(set)
    {
        _draw = WeightedDraw.Of(set);
        _states = new BackendState[set.Count];
        _weights = new int[set.Count];
        for (var i = 0; i < _states.Length; i++)
        {
            _states[i] = set[i].State;
            _weights[i] = set[i].Weight;
        }

        _decay = decay;
        _choices = choices;
    }

    public override int Select(in SelectionContext context) => Select(in context, Environment.TickCount64);

    /// <summary>Selects as at a given <see cref="Environment.TickCount64"/>, which takes a third of the time of an exact timestamp.</summary>
    public int Select(in SelectionContext context, long nowMilliseconds)
    {
        Span<int> indexes = stackalloc int[MaxCompared];
        Span<float> times = stackalloc float[MaxCompared];
        var count = _states.Length <= MaxCompared ? All(in context, indexes) : Drawn(in context, indexes);
        if (count <= 1)
        {
            return count == 0 ? None : indexes[0];
        }

        ReadTimes(indexes[..count], times, (uint)nowMilliseconds);
        var best = None;
        var lowest = 0f;
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            var index = indexes[i];
            var weight = _weights[index];
            var cost = CostOf(times[i], _states[index].InFlight, weight);
            if (best < 0 || cost < lowest)
            {
                (best, lowest, sum) = (index, cost, weight);
            }
            else if (cost == lowest)
            {
                sum += weight;
                best = context.Random.Next(sum) < weight ? index : best;
            }
        }

        return best;
    }

    public override IReadOnlyList<string> Explain(in SelectionContext context)
    {
        var indexes = Enumerable.Range(0, Set.Count).Where(index => Set[index].Weight > 0).ToList();
        for (var i = indexes.Count - 1; i >= 0; i--)
        {
            if (context.IsExcluded(indexes[i]))
            {
                indexes.RemoveAt(i);
            }
        }

        var times = new float[indexes.Count];
        ReadTimes(indexes.ToArray(), times, (uint)Environment.TickCount64);
        var costs = indexes.Zip(times, (index, time) => (Backend: Set[index], Time: time, InFlight: Set[index].InFlight))
            .OrderBy(static item => CostOf(item.Time, item.InFlight, item.Backend.Weight));
        var sentences = ChoiceSentences.Shorten([.. costs.Select(static item => string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Backend.Name}: {item.Time:0.###} ms{(item.Backend.State.FirstByte == 0 ? " (not measured yet)" : "")} x ({item.InFlight} in flight + 1) / weight {item.Backend.Weight} = {CostOf(item.Time, item.InFlight, item.Backend.Weight):0.###}"))]);
        var rule = Set.Count <= MaxCompared
            ? "the lowest is chosen:"
            : string.Create(CultureInfo.InvariantCulture, $"{_choices} are drawn by weight, and the lowest of them is chosen:");
        return [rule, .. sentences];
    }

    private static float CostOf(float time, int inFlight, int weight) => time * (inFlight + 1) / weight;

    private int All(in SelectionContext context, Span<int> indexes)
    {
        var count = 0;
        for (var index = 0; index < _weights.Length; index++)
        {
            if (_weights[index] > 0 && !context.IsExcluded(index))
            {
                indexes[count++] = index;
            }
        }

        return count;
    }

    private int Drawn(in SelectionContext context, Span<int> indexes)
    {
        var count = 0;
        var last = None;
        while (count < _choices)
        {
            // Not the same twice running, so two draws are two backends. Among more a repetition does no harm.
            last = _draw.Next(in context, other: last);
            if (last < 0)
            {
                break;
            }

            indexes[count++] = last;
        }

        return count;
    }

    private void ReadTimes(ReadOnlySpan<int> indexes, Span<float> times, uint now)
    {
        var freshest = float.MaxValue;
        var quickest = float.MaxValue;
        for (var i = 0; i < indexes.Length; i++)
        {
            var word = _states[indexes[i]].FirstByte;
            if (word == 0)
            {
                times[i] = 0;
                continue;
            }

            var time = PeakAverage.Read(word, now, _decay);
            times[i] = time;

            // Without a branch: which of two is quicker is nothing that a processor could foresee.
            quickest = float.MinNative(quickest, time);
            if (PeakAverage.AgeOf(word, now) <= _decay)
            {
                freshest = float.MinNative(freshest, time);
            }
        }

        // Where nothing is fresh, the old averages still compare with each other; where there is none, anything is equal.
        var floor = freshest < float.MaxValue ? freshest : quickest < float.MaxValue ? quickest : 1;
        for (var i = 0; i < indexes.Length; i++)
        {
            times[i] = float.MaxNative(times[i], floor);
        }
    }
}
