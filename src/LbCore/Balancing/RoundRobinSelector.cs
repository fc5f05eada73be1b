using System.Runtime.InteropServices;
using System.Threading;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Walks a precomputed cycle with one atomic index for all loops: one sequence, exact over every cycle.</summary>
internal sealed class RoundRobinSelector : BackendSelector
{
    private readonly int[] _schedule;
    private Indexes _indexes;

    public RoundRobinSelector(BackendSet set, int[] schedule, RoundRobinSelector? previous)
        : base(set)
    {
        _schedule = schedule;

        // Carry on where the last one was: sets that change often would otherwise always begin at the first backend.
        _indexes.First = previous is null ? 0 : Volatile.Read(ref previous._indexes.First);
        _indexes.Again = previous is null ? 0 : Volatile.Read(ref previous._indexes.Again);
    }

    public override int Select(in SelectionContext context)
    {
        if (_schedule.Length == 0)
        {
            return None;
        }

        return context.HasExclusions ? SelectAgain(in context) : Next(ref _indexes.First);
    }

    // Selections with exclusions have an index of their own. On the shared one a retry would take the turn of the next
    // first attempt, and with two backends of which one is dead every first attempt would go to the dead one. Turns of
    // excluded backends are used up, so those that are left share the retries by their weights.
    private int SelectAgain(in SelectionContext context)
    {
        for (var turns = _schedule.Length; turns > 0; turns--)
        {
            var index = Next(ref _indexes.Again);
            if (!context.IsExcluded(index))
            {
                return index;
            }
        }

        // A whole cycle of turns held no backend that is left, or others took its turns meanwhile. The bound keeps this
        // wait-free; a look at each backend settles it.
        for (var index = 0; index < Set.Count; index++)
        {
            if (Set[index].Weight > 0 && !context.IsExcluded(index))
            {
                return index;
            }
        }

        return None;
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
