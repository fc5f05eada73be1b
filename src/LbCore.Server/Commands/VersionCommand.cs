using System;
using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version, the runtime and the system.");
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(static async parsed =>
        {
            if (parsed.UnmatchedTokens is [var stranger, ..])
            {
                return await UsageErrors.WriteAsync([$"'{stranger}' is not expected; lbcore version takes nothing"], "lbcore --help")
                    .ConfigureAwait(false);
            }

            Console.WriteLine($"lbcore {Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
            return ExitCode.Fine;
        });
        return command;
    }

    private static string Version =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
