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
        if (Directory.Exists(path))
        {
            return $"it is a folder; name a file in it: -c {Path.Combine(path, FileOptions.DefaultPath)}";
        }

        try
        {
            await (replace && File.Exists(path) ? ReplaceAsync(path) : WriteAsync(path, replace ? FileMode.Create : FileMode.CreateNew)).ConfigureAwait(false);
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

    /// <summary>Writes a file beside it that then takes its place: whatever goes wrong, the old one or the new one is there, whole.</summary>
    private static async Task ReplaceAsync(string path)
    {
        // A link stays one.
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        if (target.StartsWith("/dev/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal))
        {
            // No file whose place could be taken.
            await WriteAsync(path, FileMode.Create).ConfigureAwait(false);
            return;
        }

        var beside = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await WriteAsync(beside, FileMode.CreateNew).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
            }

            File.Move(beside, target, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    private static async Task WriteAsync(string path, FileMode mode)
    {
        var file = new FileStream(path, mode, FileAccess.Write);
        await using (file.ConfigureAwait(false))
        {
            var writer = new StreamWriter(file);
            await using (writer.ConfigureAwait(false))
            {
                await writer.WriteAsync(StarterFile.Text).ConfigureAwait(false);
                await writer.FlushAsync().ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
        }
    }
}
