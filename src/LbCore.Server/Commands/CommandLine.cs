using System;
using System.CommandLine;
using System.CommandLine.Help;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace LbCore.Server.Commands;

/// <summary>The whole command line. The library splits it and prints the help; what is wrong with it is said here and by the commands.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("LbCore, a raw TCP and HTTP load balancer.")
        {
            HelpName = "lbcore",
            TreatUnmatchedTokensAsErrors = false,
        };
        root.Add(RunCommand.Create());
        root.Add(CheckCommand.Create());
        root.Add(ExplainCommand.Create());
        root.Add(ProxyCommand.Create());
        root.Add(DemoCommand.Create());
        root.Add(InitCommand.Create());
        root.Add(SchemaCommand.Create());
        root.Add(CompletionCommand.Create());
        root.Add(VersionCommand.Create());
        root.SetAction(parsed => UsageErrors.WriteAsync([NoCommand(parsed, root)], "lbcore --help"));
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { Action: HelpAction help } option)
        {
            option.Action = new HelpWithExample(help);

            // Those of another system, which are paths here.
            option.Aliases.Remove("/h");
            option.Aliases.Remove("/?");
        }

        // An argument such as @name is not a file of arguments.
        var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return await UsageErrors.WriteAsync(parsed.Errors.Select(static error => error.Message), "lbcore --help").ConfigureAwait(false);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                // The library's own handling of signals would end the process two seconds into a drain.
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
            }).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // What a command has to say is all that it does: half of a file is no success.
            await Console.Error.WriteLineAsync($"lbcore: standard output cannot be written: {e.Message}").ConfigureAwait(false);
            return ExitCode.CouldNotWrite;
        }
        catch (FormatException) when (args is [['[', ..], ..])
        {
            return await UsageErrors.WriteAsync([$"'{args[0]}' is no question of a shell; write lbcore completion bash"], "lbcore --help").ConfigureAwait(false);
        }
    }

    private static string NoCommand(ParseResult parsed, RootCommand root)
    {
        if (parsed.UnmatchedTokens is not [var first, ..])
        {
            return $"there is no command; write, for example, {ProxyCommand.Example}";
        }

        if (first.StartsWith('-'))
        {
            return $"there is no command before '{first}'; write lbcore proxy {first} and so on";
        }

        var names = root.Subcommands.Select(static command => command.Name).ToList();
        return $"'{first}' is not a command; {Choice.Of(names)}{Choice.Meant(first, names)}";
    }
}
