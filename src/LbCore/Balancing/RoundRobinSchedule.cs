using System.Collections.Generic;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Computes the order in which smooth weighted round-robin visits the backends, for one whole cycle.</summary>
internal static class RoundRobinSchedule
{
    /// <summary>
    /// How long a cycle may be: 64 KiB of indexes. Weights whose sum, divided by their greatest common divisor, is larger
    /// are scaled to this sum by largest remainder, which gets each backend to within one turn in 16,384 of its share.
    /// Those that would get no turn at all keep one, and the cycle grows by these turns.
    /// </summary>
    public const int MaxLength = 16_384;

    /// <summary>Returns the cycle as indexes into the set; empty when no backend has a weight above zero.</summary>
    public static int[] Build(BackendSet set)
    {
        var turns = new int[set.Count];
        var sum = 0L;
        var divisor = 0;
        for (var i = 0; i < turns.Length; i++)
        {
            turns[i] = set[i].Weight;
            sum += turns[i];
            divisor = GreatestCommonDivisor(divisor, turns[i]);
        }

        if (sum == 0)
        {
            return [];
        }

        for (var i = 0; i < turns.Length; i++)
        {
            turns[i] /= divisor;
        }

        sum /= divisor;
        if (sum > MaxLength)
        {
            sum = LargestRemainder.ShareOut(turns, sum, MaxLength);
        }

        return Order(turns, (int)sum);
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    /// <summary>
    /// Every backend earns its turns in each step; the richest is next and pays a whole cycle; the lower index wins a tie.
    /// This spreads each backend's turns evenly, where a plain weighted cycle (a a a b) would send bursts.
    /// </summary>
    /// <remarks>
    /// The smooth weighted round-robin of nginx (M. Dounin, 2012), which looks at all backends in each step. Those with
    /// equal turns earn alike, so among them the next is always the one that has waited longest, and it is enough to look
    /// at one of each kind: the order is the same, and 10,000 backends take as long as their different weights.
    /// </remarks>
    private static int[] Order(int[] turns, int length)
    {
        var kinds = KindsOf(turns);
        var schedule = new int[length];
        for (var step = 0; step < length; step++)
        {
            var richest = 0;
            for (var i = 0; i < kinds.Length; i++)
            {
                kinds[i].Credit += kinds[i].Turns;
                if (kinds[i].Credit > kinds[richest].Credit
                    || (kinds[i].Credit == kinds[richest].Credit && kinds[i].NextIndex < kinds[richest].NextIndex))
                {
                    richest = i;
                }
            }

            schedule[step] = kinds[richest].Take(length);
        }

        return schedule;
    }

    private static Kind[] KindsOf(int[] turns)
    {
        var members = new SortedDictionary<int, List<int>>();
        for (var i = 0; i < turns.Length; i++)
        {
            if (turns[i] > 0)
            {
                (members.TryGetValue(turns[i], out var known) ? known : members[turns[i]] = []).Add(i);
            }
        }

        return [.. members.Select(static pair => new Kind(pair.Key, [.. pair.Value]))];
    }

    /// <summary>Backends with equal turns, which take them one after the other.</summary>
    private struct Kind(int turns, int[] members)
    {
        private int _next;

        public readonly int Turns => turns;

        public readonly int NextIndex => members[_next];

        /// <summary>Gets or sets what the next one has earned. Those that had their turn before it have paid, and so are no richer.</summary>
        public long Credit { get; set; }

        public int Take(int price)
        {
            var index = members[_next];
            if (++_next == members.Length)
            {
                // All have paid once more, and it is the first one's turn again.
                _next = 0;
                Credit -= price;
            }

            return index;
        }
    }
}
