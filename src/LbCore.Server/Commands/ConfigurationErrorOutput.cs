using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary>Says on standard error what is wrong with a configuration.</summary>
internal static class ConfigurationErrorOutput
{
    /// <summary>Writes one line for each error. Returns the exit code.</summary>
    /// <param name="errors">The errors.</param>
    /// <param name="optionOf">Returns the option of the command line that a path was written with, if any.</param>
    public static async Task<int> WriteAsync(IEnumerable<ConfigurationError> errors, Func<string, string?> optionOf)
    {
        foreach (var error in errors)
        {
            var line = error.Place is null && optionOf(error.Path) is { } option ? PlainLine.Of($"{error.Path} ({option}): {error.Message}") : error.ToString();
            await Console.Error.WriteLineAsync($"lbcore: {line}").ConfigureAwait(false);
        }

        return ExitCode.BadConfiguration;
    }
}
