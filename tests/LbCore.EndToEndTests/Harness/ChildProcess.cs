using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a running program whose output is kept. It is killed, by its own id, when the test is done with it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly StringBuilder _error = new();
    private readonly Task _outputPump;
    private readonly Task _errorPump;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        Id = process.Id;
        _outputPump = PumpAsync(process.StandardOutput, line => _output.Add(line));
        _errorPump = PumpAsync(process.StandardError, line => _error.AppendLine(line));
    }

    public int Id { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Gets what the program has written so far, for failure messages.</summary>
    public string Transcript
    {
        get
        {
            lock (_gate)
            {
                return $"{_name}: standard output:\n{string.Join('\n', _output)}\nstandard error:\n{_error}";
            }
        }
    }

    /// <summary>Gets what the program has written to standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (_gate)
            {
                return _error.ToString();
            }
        }
    }

    public static ChildProcess Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
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

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        process.StandardInput.Close();
        return new ChildProcess(process, Path.GetFileName(file));
    }

    public void Send(int signal)
    {
        if (!_process.HasExited)
        {
            Signal.Send(Id, signal);
        }
    }

    /// <summary>Returns the first line of standard output that fits, as soon as it is there.</summary>
    public async Task<string> ReadLineAsync(Predicate<string> fits, TimeSpan deadline)
    {
        string? found = null;
        await Eventually.TrueAsync(
            () =>
            {
                lock (_gate)
                {
                    found = _output.Find(fits);
                }

                return found is not null || (_process.HasExited && _outputPump.IsCompleted);
            },
            deadline,
            $"the line to wait for. {Transcript}");
        return found ?? throw new InvalidOperationException($"It ended with {_process.ExitCode} before the line came. {Transcript}");
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitAsync(TimeSpan deadline)
    {
        using var timeout = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It did not end within {deadline.TotalSeconds:0} s. {Transcript}");
        }

        // A grandchild may hold the pipes open; what has been written by the program itself is read within moments.
        await Task.WhenAny(Task.WhenAll(_outputPump, _errorPump), Task.Delay(TimeSpan.FromSeconds(2)));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Send(Signal.Kill);
        await WaitAsync(KillDeadline);
        _process.Dispose();
    }

    private async Task PumpAsync(StreamReader reader, Action<string> keep)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                keep(line);
            }
        }
    }
}
