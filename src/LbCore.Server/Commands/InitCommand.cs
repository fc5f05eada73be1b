using System;
using System.CommandLine;
using System.IO;
using System.Threading.Tasks;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore init</c>: writes a starter configuration, and never over a file that is there.</summary>
internal sealed class InitCommand
{
    public const string Example = "lbcore init -c lbcore.json";

    private const string StandardOutput = "-";

    private readonly Option<string[]> _config = TextOption.One(
        "--config", "file", $"The file to write, or - for standard output. [default: {FileOptions.DefaultPath} in the current folder]", "-c");

    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that is there." };

    private InitCommand()
    {
    }

    public static Command Create()
    {
        var init = new InitCommand();
        var command = new Command("init", "Write a configuration file to start from, with comments.")
        {
            init._config,
            init._force,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(init.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var reader = new OptionReader(parsed);
        var path = reader.Text(_config) ?? FileOptions.DefaultPath;
        if (reader.Errors.Count > 0)
        {
            return await UsageErrors.WriteAsync(reader.Errors, "lbcore init --help").ConfigureAwait(false);
        }

        if (path == StandardOutput)
        {
            await Console.Out.WriteAsync(StarterFile.Text).ConfigureAwait(false);
            return ExitCode.Fine;
        }

        if (await TryWriteAsync(path, parsed.GetValue(_force)).ConfigureAwait(false) is { } error)
        {
            await Console.Error.WriteLineAsync($"lbcore: {path}: {error}").ConfigureAwait(false);
            return ExitCode.BadConfiguration;
        }

        var file = path == FileOptions.DefaultPath ? "" : $" -c {path}";
        await Console.Out.WriteLineAsync(
            $"{path} is written. Put your backends in it; then: lbcore check{file}, and lbcore run{file}").ConfigureAwait(false);
        return ExitCode.Fine;
    }

    /// <summary>Returns what went wrong, with the mend; null when it is written.</summary>
    private static async Task<string?> TryWriteAsync(string path, bool replace)
    {
        try
        {
            var file = new FileStream(path, replace ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                var writer = new StreamWriter(file);
                await using (writer.ConfigureAwait(false))
                {
                    await writer.WriteAsync(StarterFile.Text).ConfigureAwait(false);
                }
            }

            return null;
        }
        catch (IOException) when (!replace && Path.Exists(path))
        {
            return "it exists, and is left as it is; name another file with -c, or add --force to replace it";
        }
        catch (DirectoryNotFoundException)
        {
            return "its folder does not exist; make it first, or name another file with -c";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"it cannot be written: {e.Message}";
        }
    }
}
