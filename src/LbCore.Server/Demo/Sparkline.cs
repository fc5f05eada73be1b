using System;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Server.Demo;

/// <summary>Draws figures as one row of bars.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const string PlainBars = "_.:-=+*#";

    /// <summary>Returns a character for each value; the largest one, or the given top, is the highest bar.</summary>
    public static string Draw(IReadOnlyList<int> values, int top, bool isUnicode)
    {
        var bars = isUnicode ? Bars : PlainBars;
        top = Math.Max(1, values.Append(top).Max());
        return string.Concat(values.Select(value => bars[(int)((long)value * (bars.Length - 1) / top)]));
    }
}
