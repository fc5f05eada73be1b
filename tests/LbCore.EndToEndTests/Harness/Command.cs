using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is what a program that ran to its end has left behind.</summary>
internal sealed record CommandResult(string Name, int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Returns itself when the program succeeded.</summary>
    public CommandResult OrThrow() => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{Name} ended with {ExitCode}.\nstandard output:\n{Output}\nstandard error:\n{Error}");
}

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(60);

    public static Task<CommandResult> RunAsync(string file, params string[] arguments) => RunAsync(file, arguments, null, null);

    public static async Task<CommandResult> RunAsync(
        string file,
        string[] arguments,
        IReadOnlyDictionary<string, string>? environment,
        byte[]? input = null,
        TimeSpan? deadline = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var timeout = new CancellationTokenSource(deadline ?? DefaultDeadline);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        using var output = new MemoryStream();
        try
        {
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await FeedAsync(process, input, timeout.Token);
            await reading;
            await process.WaitForExitAsync(timeout.Token);
            return new CommandResult(Path.GetFileName(file), process.ExitCode, output.ToArray(), await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end in time; so far: {Encoding.UTF8.GetString(output.ToArray())}");
        }
    }

    private static async Task FeedAsync(Process process, byte[]? input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its exit code says why.
        }
    }
}
