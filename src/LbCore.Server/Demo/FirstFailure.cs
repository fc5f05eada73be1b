using System.Collections.Generic;
using System.Threading.Tasks;

namespace LbCore.Server.Demo;

/// <summary>Waits for several tasks, and for no other one once one has failed.</summary>
internal static class FirstFailure
{
    /// <summary>Completes when all have; fails as the first one that fails does, and at once.</summary>
    public static async Task OrAllAsync(params IEnumerable<Task> tasks)
    {
        await foreach (var task in Task.WhenEach(tasks).ConfigureAwait(false))
        {
            await task.ConfigureAwait(false);
        }
    }
}
