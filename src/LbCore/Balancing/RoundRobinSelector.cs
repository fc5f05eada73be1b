using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Walks a precomputed cycle with one atomic index for all loops: one sequence, exact over every cycle.</summary>
internal sealed class RoundRobinSelector : BackendSelector
{
    private const int MaxExplained = 8;

    /// <summary>
    /// How many turns a retry uses up at most. Who has fewer than one in so many is not worth walking the whole cycle for.
    /// </summary>
    private const int MaxTurns = 256;

    private readonly int[] _schedule;
    private readonly WeightedDraw _draw;
    private Indexes _indexes;

    public RoundRobinSelector(BackendSet set, int[] schedule, RoundRobinSelector? previous)
        : base(set)
    {
        _schedule = schedule;
        _draw = WeightedDraw.Of(set);

        // Carry on where the last one was: sets that change often would otherwise always begin at the first backend.
        _indexes.First = previous is null ? 0 : CarryOn(Volatile.Read(ref previous._indexes.First), previous._schedule, schedule);
        _indexes.Again = previous is null ? 0 : CarryOn(Volatile.Read(ref previous._indexes.Again), previous._schedule, schedule);
    }

    public override int Select(in SelectionContext context)
    {
        if (_schedule.Length == 0)
        {
            return None;
        }

        return context.HasExclusions ? SelectAgain(in context) : Next(ref _indexes.First);
    }

    // As far into the new cycle as it was into the old one. The bare index would jump where the length changes, and sets that
    // go to and fro would meet the same turns again and again.
    private static long CarryOn(long index, int[] before, int[] now) =>
        before.Length == now.Length || before.Length == 0 ? index : index % before.Length * now.Length / before.Length;

    public override IReadOnlyList<string> Explain(in SelectionContext context)
    {
        if (_schedule.Length == 0)
        {
            return [];
        }

        var turn = (int)((ulong)Volatile.Read(ref context.HasExclusions ? ref _indexes.Again : ref _indexes.First) % (ulong)_schedule.Length);
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"turn {turn + 1} of {_schedule.Length} comes next: {Set[_schedule[turn]].Name}'s"),
        };
        foreach (var (index, turns) in _schedule.CountBy(static index => index).OrderBy(static pair => pair.Key).Take(MaxExplained))
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{Set[index].Name}: {turns} of the {_schedule.Length} turns of a cycle{(context.IsExcluded(index) ? ", excluded" : "")}"));
        }

        return lines;
    }

    // Selections with exclusions have an index of their own. On the shared one a retry would take the turn of the next
    // first attempt, and with two backends of which one is dead every first attempt would go to the dead one. Turns of
    // excluded backends are used up, so those that are left share the retries by their weights.
    private int SelectAgain(in SelectionContext context)
    {
        for (var turns = Math.Min(_schedule.Length, MaxTurns); turns > 0; turns--)
        {
            var index = Next(ref _indexes.Again);
            if (!context.IsExcluded(index))
            {
                return index;
            }
        }

        // These turns held no backend that is left, or others took its turns meanwhile. The bound keeps this wait-free; chance
        // settles it, by weight as well, so the first that is left has nothing more of it than the last.
        return _draw.Next(in context);
    }

    // 64 bits do not wrap round in any process's life, so no seam ever breaks a cycle.
    private int Next(ref long index) => _schedule[(int)((ulong)(Interlocked.Increment(ref index) - 1) % (ulong)_schedule.Length)];

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Indexes
    {
        [FieldOffset(64)]
        public long First;

        [FieldOffset(128)]
        public long Again;
    }
}
