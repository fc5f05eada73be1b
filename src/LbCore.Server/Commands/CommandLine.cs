using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.Threading.Tasks;

namespace LbCore.Server.Commands;

/// <summary>The whole command line.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("LbCore, a raw TCP and HTTP load balancer.")
        {
            HelpName = "lbcore",
        };
        root.Add(ProxyCommand.Create());
        root.Add(VersionCommand.Create());

        var configuration = new InvocationConfiguration
        {
            // The library's own handling of signals would end the process two seconds into a drain.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction error)
        {
            error.ShowHelp = false;
            await parsed.InvokeAsync(configuration).ConfigureAwait(false);
            await Console.Error.WriteLineAsync("Try 'lbcore --help' or 'lbcore proxy --help'.").ConfigureAwait(false);
            return ExitCode.BadUsage;
        }

        return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
    }
}
