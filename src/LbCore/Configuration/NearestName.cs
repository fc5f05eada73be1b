using System;
using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Finds the name that somebody meant who mistyped it.</summary>
internal static class NearestName
{
    private const int MaxTypos = 3;

    /// <summary>Returns the name with the fewest typos between, or null when none is near: one in three letters may be wrong.</summary>
    public static string? Find(string typed, IEnumerable<string> names)
    {
        string? nearest = null;
        var fewest = Math.Clamp(typed.Length / 3, 1, MaxTypos) + 1;
        foreach (var name in names)
        {
            // The difference in length is the least that the typos can be, which also bounds the work for long input.
            if (Math.Abs(name.Length - typed.Length) < fewest && CountTypos(typed, name) is var typos && typos < fewest)
            {
                fewest = typos;
                nearest = name;
            }
        }

        return nearest;
    }

    /// <summary>Counts letters left out, added, replaced, or swapped with their neighbour (optimal string alignment). Case is no typo.</summary>
    private static int CountTypos(string typed, string name)
    {
        var before = new int[name.Length + 1];
        var previous = new int[name.Length + 1];
        var current = new int[name.Length + 1];
        for (var j = 0; j <= name.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= typed.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= name.Length; j++)
            {
                var replaced = previous[j - 1] + (Same(typed[i - 1], name[j - 1]) ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(typed[i - 1], name[j - 2]) && Same(typed[i - 2], name[j - 1]))
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[name.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
