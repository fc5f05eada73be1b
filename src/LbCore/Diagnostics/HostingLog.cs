using System;
using Microsoft.Extensions.Logging;

namespace LbCore.Diagnostics;

/// <summary>Log entries of the area Hosting: ids 1000 to 1099. An id that is no longer used stays reserved.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1000, LogLevel.Information, "Listener {Listener} accepts on {Address} for cluster {Cluster}.")]
    public static partial void ListenerBound(ILogger logger, string listener, string address, string cluster);

    [LoggerMessage(1001, LogLevel.Information, "Backend {Cluster}/{Backend}: {Name} is {Address}.")]
    public static partial void BackendResolved(ILogger logger, string cluster, string backend, string name, string address);

    [LoggerMessage(1002, LogLevel.Information, "Stopping: {Connections} connections have {Timeout} to end.")]
    public static partial void Draining(ILogger logger, int connections, string timeout);

    [LoggerMessage(1003, LogLevel.Warning, "Stopping: {Connections} connections had not ended and are aborted.")]
    public static partial void DrainCut(ILogger logger, int connections);

    [LoggerMessage(1004, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1005, LogLevel.Critical, "A loop died. The load balancer cannot go on.")]
    public static partial void LoopDied(ILogger logger, Exception exception);
}
