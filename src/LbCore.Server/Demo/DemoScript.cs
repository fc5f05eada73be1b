using System;
using System.Collections.Generic;

namespace LbCore.Server.Demo;

/// <summary>
/// Is what happens to the backends and when, in cycles: one dies and comes back, another one is drained and undrained.
/// With a duration the cycles fill it exactly, so that each is played to its end; without, they go on at 12 s each.
/// </summary>
internal sealed class DemoScript
{
    public static readonly TimeSpan UsualCycle = TimeSpan.FromSeconds(12);

    private static readonly (double At, DemoAction Action)[] Cycle =
    [
        (0.15, DemoAction.Dies),
        (0.40, DemoAction.ComesBack),
        (0.55, DemoAction.IsDrained),
        (0.80, DemoAction.IsUndrained),
    ];

    private readonly IReadOnlyList<(string Victim, string Drained)> _casts;
    private readonly TimeSpan _cycle;
    private readonly long _cycles;

    /// <param name="duration">How long the demo runs; null for without end.</param>
    /// <param name="casts">Who dies and who is drained, from cycle to cycle in turn.</param>
    public DemoScript(TimeSpan? duration, IReadOnlyList<(string Victim, string Drained)> casts)
    {
        _casts = casts;
        _cycles = duration is { } given ? Math.Max(1, (long)Math.Round(given / UsualCycle)) : long.MaxValue;
        _cycle = duration / _cycles ?? UsualCycle;
    }

    public IEnumerable<DemoStep> Steps()
    {
        for (long number = 0; number < _cycles; number++)
        {
            var (victim, drained) = _casts[(int)(number % _casts.Count)];
            foreach (var (at, action) in Cycle)
            {
                var backend = action is DemoAction.Dies or DemoAction.ComesBack ? victim : drained;
                yield return new DemoStep(_cycle * (number + at), action, backend);
            }
        }
    }
}
