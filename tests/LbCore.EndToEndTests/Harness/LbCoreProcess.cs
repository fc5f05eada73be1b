using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a running <c>lbcore proxy</c> or <c>lbcore run</c>.</summary>
internal sealed class LbCoreProcess : IAsyncDisposable
{
    private const string AnyLoopbackPort = "127.0.0.1:0";

    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExitDeadline = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;

    private LbCoreProcess(ChildProcess process, string ready)
    {
        _process = process;
        ReadyLine = ready;
        Addresses = [.. ready.Split(' ').Where(static word => word.Contains("://", StringComparison.Ordinal)).Select(static word => word.Split("://")[1])];
    }

    /// <summary>Gets the one line that says that it serves.</summary>
    public string ReadyLine { get; }

    /// <summary>Gets the listeners' addresses as text, with their real ports, in the order of the ready line.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>Gets the first listener's address.</summary>
    public string Address => Addresses[0];

    public IPEndPoint EndPoint => IPEndPoint.Parse(Address);

    public string Port => EndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public int Id => _process.Id;

    public string Error => _process.Error;

    public string Transcript => _process.Transcript;

    /// <summary>Starts it in mode tcp on a port of its own in front of the given backends and waits until it serves.</summary>
    public static Task<LbCoreProcess> StartAsync(string engine, string[] backends, params string[] more) =>
        StartProgramAsync(LbCoreBinary.Path, Arguments(engine, backends, ["--mode", "tcp", .. more]));

    /// <summary>Starts it in mode http, which is what no mode means.</summary>
    public static Task<LbCoreProcess> StartHttpAsync(string engine, string[] backends, params string[] more) =>
        StartProgramAsync(LbCoreBinary.Path, Arguments(engine, backends, more));

    /// <summary>Starts it with a configuration file.</summary>
    public static Task<LbCoreProcess> StartFileAsync(string file, params string[] more) =>
        StartProgramAsync(LbCoreBinary.Path, ["run", "-c", file, .. more]);

    public static List<string> Arguments(string engine, string[] backends, params string[] more)
    {
        List<string> arguments = ["proxy", "--listen", AnyLoopbackPort, "--engine", engine];
        foreach (var backend in backends)
        {
            arguments.AddRange(["--backend", backend]);
        }

        arguments.AddRange(more);
        return arguments;
    }

    /// <summary>Starts a program that becomes lbcore, and waits until it serves.</summary>
    public static async Task<LbCoreProcess> StartProgramAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = ChildProcess.Start(program, arguments, environment ?? LbCoreBinary.Environment);
        try
        {
            var ready = await process.ReadLineAsync(line => line.StartsWith("ready ", StringComparison.Ordinal), ReadyDeadline);
            return new LbCoreProcess(process, ready);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs it to its end, for command lines that it refuses.</summary>
    public static Task<CommandResult> RunAsync(params string[] arguments) =>
        Command.RunAsync(LbCoreBinary.Path, arguments, LbCoreBinary.Environment);

    /// <summary>Connects a client.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint, cancellationToken);
        return socket;
    }

    public void Send(int signal) => _process.Send(signal);

    /// <summary>Waits for its end and returns the exit code.</summary>
    public Task<int> WaitAsync() => _process.WaitAsync(ExitDeadline);

    /// <summary>Asks it to stop and asserts that it was still healthy and ends well.</summary>
    public async Task StopAsync()
    {
        Assert.That(_process.HasExited, Is.False, $"It died before it was asked to stop. {Transcript}");
        Send(Signal.Terminate);
        Assert.That(await WaitAsync(), Is.Zero, Transcript);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
