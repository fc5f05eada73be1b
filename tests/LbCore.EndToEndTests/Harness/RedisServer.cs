using System;
using System.Globalization;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a Redis that keeps nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;

    private RedisServer(TempFolder folder, ChildProcess process, string port)
    {
        _folder = folder;
        _process = process;
        Port = port;
    }

    public string Port { get; }

    public string Address => "127.0.0.1:" + Port;

    public static async Task<RedisServer> StartAsync()
    {
        var program = Tool.Require("redis-server", "redis-server");
        var client = Tool.Require("redis-cli", "redis-tools");
        var folder = new TempFolder();
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var process = ChildProcess.Start(program, Arguments(port, folder.Path));
        var server = new RedisServer(folder, process, port);
        await Eventually.TrueAsync(
            async () => (await Command.RunAsync(client, "-p", port, "ping")).Output.Contains("PONG", StringComparison.Ordinal),
            StartDeadline,
            $"Redis answers. {process.Transcript}");
        return server;
    }

    /// <summary>Returns the command line of a Redis that keeps nothing on disk.</summary>
    public static string[] Arguments(string port, string folder) =>
        ["--port", port, "--bind", "127.0.0.1", "--save", string.Empty, "--appendonly", "no", "--daemonize", "no", "--dir", folder];

    /// <summary>Kills it without a chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitAsync(StartDeadline);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
