using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a PostgreSQL with a fresh cluster in a temporary folder.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Package = "postgresql";
    private const string User = "postgres";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;
    private readonly string _port;

    private PostgresServer(TempFolder folder, ChildProcess process, string port)
    {
        _folder = folder;
        _process = process;
        _port = port;
    }

    public string Address => "127.0.0.1:" + _port;

    public static async Task<PostgresServer> StartAsync()
    {
        var initialize = Tool.Require("initdb", Package);
        var program = Tool.Require("postgres", Package);
        var ask = Tool.Require("pg_isready", "postgresql-client");
        var folder = new TempFolder();
        var data = folder.File("data");
        if (Environment.IsPrivilegedProcess)
        {
            (await Command.RunAsync(Tool.Require("chown", "coreutils"), User, folder.Path)).OrThrow();
        }

        var (file, arguments) = AsUser(initialize, "-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        (await Command.RunAsync(file, arguments)).OrThrow();
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        (file, arguments) = AsUser(
            program, "-D", data, "-p", port, "-k", folder.Path, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=32MB");
        var process = ChildProcess.Start(file, arguments);
        var server = new PostgresServer(folder, process, port);
        await Eventually.TrueAsync(
            async () => (await Command.RunAsync(ask, "-h", "127.0.0.1", "-p", port)).ExitCode == 0,
            StartDeadline,
            $"PostgreSQL answers. {process.Transcript}");
        return server;
    }

    /// <summary>Returns the environment of a client that connects to a port on loopback.</summary>
    public static Dictionary<string, string> ClientEnvironment(string port) => new()
    {
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = port,
        ["PGUSER"] = User,
        ["PGDATABASE"] = User,
        ["PGSSLMODE"] = "disable",
        ["PGCLIENTENCODING"] = "UTF8",
        ["PGCONNECT_TIMEOUT"] = "10",
    };

    public async ValueTask DisposeAsync()
    {
        // Immediate shutdown takes the server's own children along; a kill would leave them to find out.
        _process.Send(Signal.Quit);
        await _process.WaitAsync(StopDeadline);
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    // PostgreSQL refuses to run as root. setpriv replaces itself by the program, so the process id is the program's.
    private static (string File, string[] Arguments) AsUser(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? (Tool.Require("setpriv", "util-linux"), ["--reuid=" + User, "--regid=" + User, "--init-groups", program, .. arguments])
            : (program, arguments);
}
