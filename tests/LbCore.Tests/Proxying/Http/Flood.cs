using System;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Fills every buffer on the way to somebody who does not read.</summary>
internal static class Flood
{
    // That a write waits can only be told by waiting. Too short a time here makes a test begin early, and none fail.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>Writes the same bytes again and again. Returns the write that waits; how it ends does not matter.</summary>
    public static async Task<Task> FillAsync(RawClient peer, ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            var writing = peer.WriteAsync(bytes);
            if (await Task.WhenAny(writing, Task.Delay(Patience)).ConfigureAwait(false) != writing)
            {
                return writing.ContinueWith(static task => task.Exception, TaskScheduler.Default);
            }

            await writing.ConfigureAwait(false);
        }
    }
}
