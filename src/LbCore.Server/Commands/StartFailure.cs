using System;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Transport;

namespace LbCore.Server.Commands;

/// <summary>Says on standard error why a load balancer could not start.</summary>
internal static class StartFailure
{
    /// <summary>Returns whether it is one that users are told of in words.</summary>
    public static bool Is(Exception exception) => exception is LbCoreConfigurationException or ListenException or PlatformNotSupportedException;

    /// <summary>Writes it. Returns the exit code.</summary>
    /// <param name="exception">What <see cref="Is"/> accepts.</param>
    /// <param name="optionOf">Returns the option of the command line that a path of the configuration was written with, if any.</param>
    public static async Task<int> WriteAsync(Exception exception, Func<string, string?> optionOf)
    {
        if (exception is LbCoreConfigurationException { Errors: var errors })
        {
            return await ConfigurationErrorOutput.WriteAsync(errors, optionOf).ConfigureAwait(false);
        }

        await Console.Error.WriteLineAsync($"lbcore: {exception.Message}").ConfigureAwait(false);
        return ExitCode.CouldNotStart;
    }
}
