using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Finds the least load by a scan of all counters, and lets those that tie take turns.</summary>
internal sealed class LeastConnectionsSelector : BackendSelector
{
    /// <summary>How often a choice begins again when another loop takes what it found. Then it takes what it finds.</summary>
    private const int MaxRounds = 4;

    /// <summary>How many turns of the cycle, or draws of a retry, are looked at for a tie.</summary>
    private const int MaxTurns = 16;

    private readonly LoadScan[] _scans;

    /// <summary>Where each backend's counter is: the scan, and the counter in it.</summary>
    private readonly (LoadScan Scan, int Slot)[] _counters;

    /// <summary>The cycle of smooth weighted round-robin; empty when the weights are equal, and the order of the counters is the cycle.</summary>
    private readonly int[] _schedule;

    private readonly WeightedDraw _draw;
    private readonly int _places;
    private Cursor _cursor;

    public LeastConnectionsSelector(BackendSet set, int[] schedule, LeastConnectionsSelector? previous)
        : base(set)
    {
        var scans = new Dictionary<InFlightChunk, LoadScan>();
        foreach (var chunk in InFlightView.Of(set).Chunks)
        {
            scans[chunk] = new LoadScan(chunk, set);
            _places += chunk.Length;
        }

        _scans = [.. scans.Values];
        _counters = new (LoadScan, int)[set.Count];
        var least = int.MaxValue;
        var most = 0;
        for (var i = 0; i < _counters.Length; i++)
        {
            var weight = set[i].Weight;
            _counters[i] = (scans[set[i].State.Chunk], set[i].State.Slot);
            least = weight > 0 && weight < least ? weight : least;
            most = weight > most ? weight : most;
        }

        _schedule = least >= most ? [] : schedule;
        _draw = WeightedDraw.Of(set);
        _cursor.Next = previous is null ? 0 : Volatile.Read(ref previous._cursor.Next);
    }

    public override int Select(in SelectionContext context)
    {
        if (_draw.Count == 0)
        {
            return None;
        }

        if (context.HasExclusions)
        {
            return SelectAgain(in context);
        }

        for (var round = 1; round <= MaxRounds; round++)
        {
            // In the last round a tie is taken whether or not another loop has moved on: two may then take the same one.
            var isLast = round == MaxRounds;
            var bound = LoadScan.BoundOf(Least());
            var index = _schedule.Length == 0 ? TakeNext(bound, isLast) : TakeTurn(bound, isLast, context.Random);
            if (index >= 0)
            {
                return index;
            }
        }

        // What was the least was taken between the two looks, each time.
        return _draw.Next(in context);
    }

    public override IReadOnlyList<string> Explain(in SelectionContext context) =>
        ["the least is chosen, and ties take turns:", .. ChoiceSentences.OfLoads(Set, in context)];

    private float Least()
    {
        var least = LoadScan.Never;
        foreach (var scan in _scans)
        {
            var one = scan.Least();
            least = one < least ? one : least;
        }

        return least;
    }

    /// <summary>Takes the next tie after the last one chosen, in the order of the counters. None when another loop was quicker.</summary>
    private int TakeNext(float bound, bool isLast)
    {
        var seen = Volatile.Read(ref _cursor.Next);
        var start = seen < _places ? seen : 0;
        var found = Find(bound, start, out var index);
        if (found < 0)
        {
            found = Find(bound, 0, out index);
        }

        return found >= 0 && (Interlocked.CompareExchange(ref _cursor.Next, found + 1, seen) == seen || isLast) ? index : None;
    }

    private int Find(float bound, int start, out int index)
    {
        var offset = 0;
        foreach (var scan in _scans)
        {
            if (start < offset + scan.Length)
            {
                var slot = scan.Find(bound, start > offset ? start - offset : 0);
                if (slot >= 0)
                {
                    index = scan.IndexOf(slot);
                    return offset + slot;
                }
            }

            offset += scan.Length;
        }

        index = None;
        return -1;
    }

    /// <summary>Takes the next turn of a tie, so that ties are served by weight. None when another loop was quicker.</summary>
    private int TakeTurn(float bound, bool isLast, RandomSource random)
    {
        var seen = Volatile.Read(ref _cursor.Next);
        var turn = seen < _schedule.Length ? seen : 0;
        for (var turns = 0; turns < MaxTurns; turns++)
        {
            var index = _schedule[turn];
            turn = turn + 1 < _schedule.Length ? turn + 1 : 0;
            if (LoadOf(index) <= bound)
            {
                return Interlocked.CompareExchange(ref _cursor.Next, turn, seen) == seen || isLast ? index : None;
            }
        }

        // Ties are rare, and far from here in the cycle. Who is next after a gap would be chosen by the width of the gap.
        return DrawTie(bound, random);
    }

    private int DrawTie(float bound, RandomSource random)
    {
        var sum = 0;
        foreach (var scan in _scans)
        {
            sum += scan.TiedWeight(bound);
        }

        if (sum == 0)
        {
            return None;
        }

        var rest = random.Next(sum);
        foreach (var scan in _scans)
        {
            var slot = scan.FindByWeight(bound, ref rest);
            if (slot >= 0)
            {
                return scan.IndexOf(slot);
            }
        }

        return None;
    }

    private float LoadOf(int index)
    {
        var (scan, slot) = _counters[index];
        return scan.LoadOf(slot);
    }

    /// <summary>Looks at all that are left: retries are rare. Ties are drawn by weight, and so leave the turns alone.</summary>
    private int SelectAgain(in SelectionContext context)
    {
        var least = LoadScan.Never;
        foreach (var scan in _scans)
        {
            var one = scan.Least(in context);
            least = one < least ? one : least;
        }

        if (least == LoadScan.Never)
        {
            return None;
        }

        var bound = LoadScan.BoundOf(least);
        for (var draws = 0; draws < MaxTurns; draws++)
        {
            var index = _draw.Next(in context);
            if (LoadOf(index) <= bound)
            {
                return index;
            }
        }

        var best = None;
        var sum = 0;
        foreach (var scan in _scans)
        {
            for (var slot = scan.Find(bound, 0); slot >= 0; slot = scan.Find(bound, slot + 1))
            {
                var index = scan.IndexOf(slot);
                if (!context.IsExcluded(index))
                {
                    // The k-th tie takes over with its share of the weights so far: each ends with its share of all.
                    sum += Set[index].Weight;
                    best = context.Random.Next(sum) < Set[index].Weight ? index : best;
                }
            }
        }

        return best >= 0 ? best : _draw.Next(in context);
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cursor
    {
        [FieldOffset(64)]
        public int Next;
    }
}
