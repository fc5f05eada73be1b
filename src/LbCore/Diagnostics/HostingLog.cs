using System;
using Microsoft.Extensions.Logging;

namespace LbCore.Diagnostics;

/// <summary>Log entries of the area Hosting: ids 1000 to 1099. An id that is no longer used stays reserved.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1000, LogLevel.Information, "Listener {Listener} accepts on {Address} for cluster {Cluster}.")]
    public static partial void ListenerBound(ILogger logger, string listener, string address, string cluster);

    [LoggerMessage(1015, LogLevel.Information, "Listener {Listener} accepts on {Address} for its routes ({Routes}) and nothing else.")]
    public static partial void RoutesBound(ILogger logger, string listener, string address, int routes);

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

    [LoggerMessage(1010, LogLevel.Information, "The configuration was read again and holds now.")]
    public static partial void Reloaded(ILogger logger);

    [LoggerMessage(1011, LogLevel.Error, "{Error}")]
    public static partial void ReloadError(ILogger logger, string error);

    [LoggerMessage(1012, LogLevel.Error, "The configuration was not taken; what held before still holds. Errors: {Errors}.")]
    public static partial void ReloadRefused(ILogger logger, int errors);

    [LoggerMessage(1013, LogLevel.Error, "The configuration could not be taken; what held before still holds.")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);

    [LoggerMessage(1014, LogLevel.Warning, "A drain may take {Drain} by the options, but the host stops within {Host}, so it takes {Longest} at most; raise HostOptions.ShutdownTimeout.")]
    public static partial void DrainIsShortened(ILogger logger, string drain, string host, string longest);
}
