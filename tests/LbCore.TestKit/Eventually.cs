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

    // Who has to ask another process shall not keep it busy with answering.
    private static readonly TimeSpan AskingInterval = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, DefaultDeadline, what);

    public static async Task TrueAsync(Func<bool> condition, TimeSpan deadline, string what) =>
        Check(await HoldsAsync(condition, deadline).ConfigureAwait(false), deadline, what);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, string what) =>
        Check(await HoldsAsync(condition, deadline, AskingInterval).ConfigureAwait(false), deadline, what);

    public static Task<bool> HoldsAsync(Func<bool> condition, TimeSpan? deadline = null) =>
        HoldsAsync(() => Task.FromResult(condition()), deadline ?? DefaultDeadline, Interval);

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

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition, TimeSpan deadline, TimeSpan interval)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition().ConfigureAwait(false))
        {
            if (clock.Elapsed > deadline)
            {
                return await condition().ConfigureAwait(false);
            }

            await Task.Delay(interval, CancellationToken.None).ConfigureAwait(false);
        }

        return true;
    }

    private static void Check(bool holds, TimeSpan deadline, string what)
    {
        if (!holds)
        {
            Assert.Fail($"Still not so after {deadline}: {what}");
        }
    }
}
