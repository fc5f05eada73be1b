using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LbCore.Hosting;

/// <summary>How much of a host's time to stop a drain may take.</summary>
internal static class HostTime
{
    // For the aborts after the drain, and for the other services of the host: once its time is over it stops none of them.
    private static readonly TimeSpan MostLeft = TimeSpan.FromSeconds(5);

    /// <summary>Returns how long the host gives its services to stop; null when it sets no limit, or does not say.</summary>
    public static TimeSpan? Read(IServiceProvider services)
    {
        try
        {
            return ReadOptions(services);
        }
        catch (FileNotFoundException)
        {
            // A host of somebody's own, without the package that has the options.
            return null;
        }
    }

    /// <summary>Returns the longest drain that leaves a quarter of the host's time, at most 5 s.</summary>
    public static TimeSpan LongestDrain(TimeSpan hostTime) => hostTime - (hostTime / 4 < MostLeft ? hostTime / 4 : MostLeft);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TimeSpan? ReadOptions(IServiceProvider services)
    {
        var timeout = services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
        return timeout == Timeout.InfiniteTimeSpan ? null : timeout;
    }
}
