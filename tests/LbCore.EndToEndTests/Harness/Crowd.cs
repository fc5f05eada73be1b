using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Runs many clients at once.</summary>
internal static class Crowd
{
    /// <summary>Runs so many, each with its number. The first failure ends the others, and is what the test fails with.</summary>
    public static async Task RunAsync(int count, Func<int, CancellationToken, Task> run, CancellationToken token)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        Exception? first = null;
        await Task.WhenAll(Enumerable.Range(0, count).Select(RunOneAsync));
        if (first is not null)
        {
            throw first;
        }

        async Task RunOneAsync(int number)
        {
            try
            {
                await Task.Yield();
                await run(number, end.Token);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref first, exception, null);
                await end.CancelAsync();
            }
        }
    }
}
