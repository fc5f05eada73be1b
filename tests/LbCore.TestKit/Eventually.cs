using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>Polls for something that comes about on another thread. The deadline is generous: it bounds a failure, it decides nothing.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    public static async Task TrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null)
    {
        if (!await HoldsAsync(condition, deadline).ConfigureAwait(false))
        {
            Assert.Fail($"Still not so after {deadline ?? DefaultDeadline}: {what}");
        }
    }

    public static async Task<bool> HoldsAsync(Func<bool> condition, TimeSpan? deadline = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > (deadline ?? DefaultDeadline))
            {
                return condition();
            }

            await Task.Delay(Interval, CancellationToken.None).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Waits until a value has been the same for the given time: the way to see that something is blocked.</summary>
    public static async Task<long> SettlesAsync(Func<long> value, TimeSpan stillFor, CancellationToken cancellationToken)
    {
        var last = value();
        var since = Stopwatch.StartNew();
        while (since.Elapsed < stillFor)
        {
            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
            var now = value();
            if (now != last)
            {
                last = now;
                since.Restart();
            }
        }

        return last;
    }

    public static TimeSpan DefaultDeadline { get; } = TimeSpan.FromSeconds(10);
}
