using System;
using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore version</c>.</summary>
internal static class VersionCommand
{
    public const string Example = "lbcore version";

    public static Command Create() => BareCommand.Create(
        "version",
        "Print the version, the runtime and the system.",
        static () => $"lbcore {Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}){Environment.NewLine}");

    private static string Version =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
