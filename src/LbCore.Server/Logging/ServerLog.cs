using System;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Logging;

/// <summary>Log entries of the binary: ids 3000 to 3099. An id that is no longer used stays reserved.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(3000, LogLevel.Information, "The configuration was read again and holds now.")]
    public static partial void Reloaded(ILogger logger);

    [LoggerMessage(3001, LogLevel.Error, "{Error}")]
    public static partial void ConfigurationError(ILogger logger, string error);

    [LoggerMessage(3002, LogLevel.Error, "The configuration has {Errors} errors and was not taken; what held before still holds.")]
    public static partial void ReloadRefused(ILogger logger, int errors);

    [LoggerMessage(3003, LogLevel.Error, "The configuration could not be taken; what held before still holds.")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);

    [LoggerMessage(3004, LogLevel.Information, "There is no configuration file to read again.")]
    public static partial void NothingToReload(ILogger logger);
}
