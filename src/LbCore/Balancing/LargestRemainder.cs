using System;

namespace LbCore.Balancing;

/// <summary>Shares a number of turns or slots out by weight: the method of largest remainders.</summary>
internal static class LargestRemainder
{
    /// <summary>
    /// Puts each weight's share of a number in its place, rounded so that all together are the number. Those that would get
    /// nothing have one, which may make them more. 0 stays 0.
    /// </summary>
    /// <param name="weights">The weights, which become shares.</param>
    /// <param name="sum">The sum of the weights, above 0.</param>
    /// <param name="number">How much is shared out.</param>
    /// <returns>The sum of the shares.</returns>
    public static int ShareOut(Span<int> weights, long sum, int number)
    {
        var remainders = new long[weights.Length];
        var order = new int[weights.Length];
        var shared = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var product = (long)weights[i] * number;
            var share = (int)(product / sum);

            // Who has less than one gets one, and stands last in line for the remainders.
            remainders[i] = share == 0 ? -1 : product % sum;
            weights[i] = weights[i] == 0 ? 0 : Math.Max(share, 1);
            shared += weights[i];
            order[i] = i;
        }

        // Largest remainder first; the lower index wins a tie, so that every instance computes the same.
        Array.Sort(order, (a, b) => remainders[a] != remainders[b] ? remainders[b].CompareTo(remainders[a]) : a.CompareTo(b));
        for (var i = 0; i < order.Length && shared < number && remainders[order[i]] > 0; i++)
        {
            weights[order[i]]++;
            shared++;
        }

        return shared;
    }
}
