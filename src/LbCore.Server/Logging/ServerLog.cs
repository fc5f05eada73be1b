using Microsoft.Extensions.Logging;

namespace LbCore.Server.Logging;

/// <summary>Log entries of the binary: ids 3000 to 3099. An id that is no longer used stays reserved: 3000 to 3003.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(3004, LogLevel.Information, "There is no configuration file to read again.")]
    public static partial void NothingToReload(ILogger logger);
}
