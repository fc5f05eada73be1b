using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary>Says on standard error what is wrong with the command line.</summary>
internal static class UsageErrors
{
    /// <summary>Writes one line for each error and one that leads to the help. Returns the exit code.</summary>
    public static async Task<int> WriteAsync(IEnumerable<string> errors, string help)
    {
        foreach (var error in errors)
        {
            await Console.Error.WriteLineAsync($"lbcore: {PlainLine.Of(error)}").ConfigureAwait(false);
        }

        await Console.Error.WriteLineAsync($"Try '{help}'.").ConfigureAwait(false);
        return ExitCode.BadUsage;
    }
}
