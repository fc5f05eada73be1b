using System;
using System.Collections.Generic;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// Draws backends at random by weight, in constant time: the alias method of A. J. Walker (1977) with the tables of
/// M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991).
/// </summary>
/// <remarks>
/// The thresholds are whole numbers in units of the sum of the weights, so the probabilities are exactly the weights'
/// shares: nothing is rounded, and no remainder of a division favours anyone.
/// </remarks>
internal sealed class WeightedDraw
{
    /// <summary>
    /// How often what must not be drawn is drawn again. What is left then has little of the weight, and is drawn from by
    /// one look at each. Both ways draw by weight among what is left, so together they do, too.
    /// </summary>
    private const int MaxRedraws = 8;

    private readonly int[] _weights;
    private readonly Column[] _columns;
    private readonly uint _sum;
    private readonly uint _columnsRemainder;
    private readonly uint _sumRemainder;

    private WeightedDraw(int[] weights, Column[] columns, int sum)
    {
        _weights = weights;
        _columns = columns;
        _sum = (uint)sum;
        _columnsRemainder = RemainderOf((uint)columns.Length);
        _sumRemainder = RemainderOf(_sum);
    }

    /// <summary>Gets how many backends can be drawn: those with a weight above zero.</summary>
    public int Count => _columns.Length;

    /// <summary>Builds the table of a set. Off the loops.</summary>
    public static WeightedDraw Of(BackendSet set)
    {
        var weights = new int[set.Count];
        var candidates = new List<int>(weights.Length);
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = set[i].Weight;
            sum = checked(sum + weights[i]);
            if (weights[i] > 0)
            {
                candidates.Add(i);
            }
        }

        var isUniform = candidates.All(index => weights[index] == weights[candidates[0]]);
        return isUniform
            ? new WeightedDraw(weights, [.. candidates.Select(static index => new Column(0, index, index))], sum: 0)
            : new WeightedDraw(weights, Fill(weights, candidates, sum), sum);
    }

    /// <summary>Draws a backend's index by weight.</summary>
    /// <param name="context">Whom not to draw, and the random numbers.</param>
    /// <param name="other">An index that is not to be drawn either, or <see cref="BackendSelector.None"/>.</param>
    /// <returns>The index, or <see cref="BackendSelector.None"/> when nobody is left.</returns>
    public int Next(in SelectionContext context, int other = BackendSelector.None)
    {
        if (_columns.Length == 0)
        {
            return BackendSelector.None;
        }

        var hasExclusions = context.HasExclusions;
        if (_columns.Length == 1 && other >= 0)
        {
            return other == _columns[0].Index || (hasExclusions && context.IsExcluded(_columns[0].Index)) ? BackendSelector.None : _columns[0].Index;
        }

        if (_columns.Length == 2 && other >= 0)
        {
            var rest = _columns[0].Index == other ? _columns[1].Index : _columns[0].Index;
            return hasExclusions && context.IsExcluded(rest) ? BackendSelector.None : rest;
        }

        for (var draws = 0; draws <= MaxRedraws; draws++)
        {
            var index = Draw(context.Random);
            if (index != other && !(hasExclusions && context.IsExcluded(index)))
            {
                return index;
            }
        }

        return NextByLooking(in context, other);
    }

    /// <summary>Returns each backend's probability exactly, as a whole number of parts of which all together have <see cref="Count"/> for each unit of weight.</summary>
    internal long[] SharesOf()
    {
        var shares = new long[_weights.Length];
        var whole = 0L;
        Array.ForEach(_weights, weight => whole += weight);
        foreach (var column in _columns)
        {
            var own = _sum == 0 ? whole : column.Threshold;
            shares[column.Index] += own;
            shares[column.Alias] += whole - own;
        }

        return shares;
    }

    // Two numbers below a bound of one draw of 64 bits, each as D. Lemire's "Fast Random Integer Generation in an Interval"
    // (2019) makes it of 32: what would favour some numbers is drawn again.
    private int Draw(RandomSource random)
    {
        while (true)
        {
            var bits = random.NextBits();
            var column = (bits >> 32) * (uint)_columns.Length;
            var part = (uint)bits * (ulong)_sum;
            if ((uint)column >= _columnsRemainder && (uint)part >= _sumRemainder)
            {
                // Equal weights need no second number: their columns have no other.
                ref readonly var drawn = ref _columns[column >> 32];
                return _sum == 0 || (int)(part >> 32) < drawn.Threshold ? drawn.Index : drawn.Alias;
            }
        }
    }

    // 2^32 modulo the bound.
    private static uint RemainderOf(uint bound) => bound == 0 ? 0 : (0u - bound) % bound;

    private int NextByLooking(in SelectionContext context, int other)
    {
        // Every backend that can be drawn has a column of its own.
        var sum = 0;
        foreach (ref readonly var column in _columns.AsSpan())
        {
            sum += IsLeft(in context, column.Index, other) ? _weights[column.Index] : 0;
        }

        if (sum == 0)
        {
            return BackendSelector.None;
        }

        var rest = context.Random.Next(sum);
        var drawn = -1;
        do
        {
            drawn++;
            var index = _columns[drawn].Index;
            rest -= IsLeft(in context, index, other) ? _weights[index] : 0;
        }
        while (rest >= 0);

        return _columns[drawn].Index;
    }

    private static bool IsLeft(in SelectionContext context, int index, int other) => index != other && !context.IsExcluded(index);

    // Each column holds 1/n of the probability, which is the sum of the weights in units of 1/(n x sum): one backend's
    // share up to the threshold, and another's above it.
    private static Column[] Fill(int[] weights, List<int> candidates, int sum)
    {
        var columns = new Column[candidates.Count];
        var shares = new long[columns.Length];
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var i = columns.Length - 1; i >= 0; i--)
        {
            shares[i] = (long)weights[candidates[i]] * columns.Length;
            (shares[i] < sum ? small : large).Push(i);
        }

        while (small.TryPop(out var lesser))
        {
            // The shares left average exactly one column, so where one is below there is one above.
            var greater = large.Pop();
            columns[lesser] = new Column((int)shares[lesser], candidates[lesser], candidates[greater]);
            shares[greater] -= sum - shares[lesser];
            (shares[greater] < sum ? small : large).Push(greater);
        }

        foreach (var whole in large)
        {
            columns[whole] = new Column(sum, candidates[whole], candidates[whole]);
        }

        return columns;
    }

    private readonly record struct Column(int Threshold, int Index, int Alias);
}
