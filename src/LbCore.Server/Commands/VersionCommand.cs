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
        command.SetAction(static _ => Console.WriteLine(
            $"lbcore {Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})"));
        return command;
    }

    private static string Version =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
