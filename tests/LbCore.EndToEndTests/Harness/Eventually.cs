using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Waits for something outside this process that tells nobody when it happens.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Polls until the condition holds. Fails with the description when the deadline passes first.</summary>
    public static Task TrueAsync(Func<bool> condition, TimeSpan deadline, string what) =>
        TrueAsync(() => Task.FromResult(condition()), deadline, what);

    /// <summary>Polls until the condition holds. Fails with the description when the deadline passes first.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > deadline)
            {
                throw new TimeoutException($"Not within {deadline.TotalSeconds:0} s: {what}");
            }

            await Task.Delay(Pause);
        }
    }
}
