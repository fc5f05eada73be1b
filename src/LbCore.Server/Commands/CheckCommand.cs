using System;
using System.CommandLine;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore check</c>: says everything that is wrong with a configuration file, and starts nothing.</summary>
internal sealed class CheckCommand
{
    public const string Example = "lbcore check -c lbcore.json";

    private readonly FileOptions _file = new();
    private readonly Option<bool> _effective = new("--effective")
    {
        Description = "Print the whole configuration in force, every default included.",
    };

    private CheckCommand()
    {
    }

    public static Command Create()
    {
        var check = new CheckCommand();
        var command = new Command("check", "Check a configuration file: every error with its place. Starts nothing, and looks no names up.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.Aliases.Add("-t");
        check._file.AddTo(command);
        command.Add(check._effective);
        command.SetAction(check.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var reader = new OptionReader(parsed);
        var options = _file.Read(reader);
        if (reader.Errors.Count > 0)
        {
            return await UsageErrors.WriteAsync(reader.Errors, "lbcore check --help").ConfigureAwait(false);
        }

        var errors = LoadBalancer.Check(options);
        if (errors.Count > 0)
        {
            return await ConfigurationErrorOutput.WriteAsync(errors, static _ => null).ConfigureAwait(false);
        }

        await Console.Out.WriteAsync(parsed.GetValue(_effective)
            ? ConfigurationFile.Format(options)
            : $"fine: {Count(options.Listeners.Count, "listener")}, {Count(options.Clusters.Count, "cluster")}\n").ConfigureAwait(false);
        return ExitCode.Fine;
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
