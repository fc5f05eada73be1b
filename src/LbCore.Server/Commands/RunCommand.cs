using System.CommandLine;
using System.Threading.Tasks;
using LbCore.Server.Hosting;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore run</c>: serves what a configuration file says.</summary>
internal sealed class RunCommand
{
    public const string Example = "lbcore run -c lbcore.json";

    private readonly FileOptions _file = new();
    private readonly LogLevelOption _logLevel = new();

    private RunCommand()
    {
    }

    public static Command Create()
    {
        var run = new RunCommand();
        var command = new Command("run", "Serve what a configuration file says.") { TreatUnmatchedTokensAsErrors = false };
        run._file.AddTo(command);
        run._logLevel.AddTo(command);
        command.SetAction(run.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var reader = new OptionReader(parsed);
        var logLevel = _logLevel.Read(reader);
        var options = _file.Read(reader);
        return reader.Errors.Count > 0
            ? await UsageErrors.WriteAsync(reader.Errors, "lbcore run --help").ConfigureAwait(false)
            : await ServerHost.RunAsync(options, logLevel, static _ => null, () => _file.Read(reader)).ConfigureAwait(false);
    }
}
