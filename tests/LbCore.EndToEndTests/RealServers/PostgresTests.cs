using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.RealServers;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class PostgresTests(string engine)
{
    // 128 and the signal's number, as shells report it.
    private const int EndedBySigterm = 128 + Signal.Terminate;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private string _psql = string.Empty;
    private PostgresServer? _postgres;
    private LbCoreProcess? _balancer;

    private PostgresServer Postgres => _postgres ?? throw new InvalidOperationException("PostgreSQL is not running.");

    private LbCoreProcess Balancer => _balancer ?? throw new InvalidOperationException("lbcore is not running.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _psql = Tool.Require("psql", "postgresql-client");
        _postgres = await PostgresServer.StartAsync();
        _balancer = await LbCoreProcess.StartAsync(engine, [_postgres.Address]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        try
        {
            if (_balancer is not null)
            {
                await _balancer.StopAsync();
            }
        }
        finally
        {
            await (_balancer?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Test]
    public async Task Psql_selects() => Assert.That(await SelectAsync("select 6 * 7"), Is.EqualTo("42"));

    [Test]
    public async Task A_hundred_thousand_rows_copied_out_and_in_are_the_same_rows()
    {
        using var folder = new TempFolder();
        var path = folder.File("rows.csv");
        const string Digest = "select md5(string_agg(id || ':' || note, ',' order by id))";
        await SelectAsync(
            "create table source as select id, md5(id::text) || repeat('é', id % 7) as note from generate_series(1, 100000) id; create table target (like source)");

        await SelectAsync($@"\copy source to '{path}' with csv");
        await SelectAsync($@"\copy target from '{path}' with csv");

        Assert.That(File.ReadLines(path).Count(), Is.EqualTo(100_000));
        Assert.That(await SelectAsync($"{Digest} from target"), Is.EqualTo(await SelectAsync($"{Digest} from source")));
    }

    [Test]
    public async Task Pgbench_runs_eight_clients_without_an_error()
    {
        var pgbench = Tool.Require("pgbench", "postgresql");
        var environment = PostgresServer.ClientEnvironment(Balancer.Port);
        (await Command.RunAsync(pgbench, ["-i", "-q"], environment)).OrThrow();

        var result = (await Command.RunAsync(pgbench, ["-c", "8", "-j", "2", "-t", "250"], environment)).OrThrow();

        Assert.That(result.Output, Does.Contain("number of failed transactions: 0 "));
        Assert.That(result.Output, Does.Contain("number of transactions actually processed: 2000/2000"));
    }

    [Test]
    public async Task A_cancel_request_on_a_second_connection_reaches_the_backend()
    {
        await using var sleeper = ChildProcess.Start(
            _psql, ["-X", "-c", "select pg_sleep(300), 'cancel me'"], PostgresServer.ClientEnvironment(Balancer.Port));
        await WaitForQueryAsync("cancel me");

        sleeper.Send(Signal.Interrupt);

        Assert.That(await sleeper.WaitAsync(Soon), Is.Not.Zero);
        Assert.That(sleeper.Error, Does.Contain("canceling statement due to user request"));
    }

    [Test]
    public async Task Sigterm_lets_a_running_query_finish_and_refuses_new_connections()
    {
        await using var balancer = await LbCoreProcess.StartAsync(engine, [Postgres.Address]);
        var query = SelectAsync("select pg_sleep(2), 'finish me'", balancer.Port);
        await WaitForQueryAsync("finish me");

        balancer.Send(Signal.Terminate);

        await Eventually.TrueAsync(() => RefusesAsync(balancer), Soon, $"new connections are refused. {balancer.Transcript}");
        Assert.That(query.IsCompleted, Is.False, "The query should still have been running when new connections were refused.");
        Assert.That(await query, Is.EqualTo("|finish me"));
        Assert.That(await balancer.WaitAsync(), Is.Zero, balancer.Transcript);
    }

    [Test]
    public async Task The_shutdown_timeout_cuts_a_query_that_takes_longer()
    {
        await using var balancer = await LbCoreProcess.StartAsync(engine, [Postgres.Address], "--shutdown-timeout", "1s");
        await using var sleeper = ChildProcess.Start(
            _psql, ["-X", "-c", "select pg_sleep(300), 'cut me'"], PostgresServer.ClientEnvironment(balancer.Port));
        await WaitForQueryAsync("cut me");

        balancer.Send(Signal.Terminate);

        Assert.That(await balancer.WaitAsync(), Is.Zero, balancer.Transcript);
        Assert.That(await sleeper.WaitAsync(Soon), Is.Not.Zero);
    }

    [Test]
    public async Task A_second_sigterm_ends_it_at_once()
    {
        await using var balancer = await LbCoreProcess.StartAsync(engine, [Postgres.Address], "--shutdown-timeout", "10m");
        await using var sleeper = ChildProcess.Start(
            _psql, ["-X", "-c", "select pg_sleep(300), 'hold on'"], PostgresServer.ClientEnvironment(balancer.Port));
        await WaitForQueryAsync("hold on");
        balancer.Send(Signal.Terminate);
        await Eventually.TrueAsync(() => RefusesAsync(balancer), Soon, $"it drains. {balancer.Transcript}");

        balancer.Send(Signal.Terminate);

        // The drain would go on for minutes; that it ends within the deadline of the wait is the point.
        Assert.That(await balancer.WaitAsync(), Is.EqualTo(EndedBySigterm), balancer.Transcript);
        Assert.That(await sleeper.WaitAsync(Soon), Is.Not.Zero);
    }

    private static async Task<bool> RefusesAsync(LbCoreProcess balancer)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(balancer.EndPoint);
            return false;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return true;
        }
    }

    private async Task WaitForQueryAsync(string marker) => await Eventually.TrueAsync(
        async () => await SelectAsync($"select count(*) from pg_stat_activity where state = 'active' and query like '%{marker}%' and pid <> pg_backend_pid()") == "1",
        Soon,
        $"the query with '{marker}' runs");

    private async Task<string> SelectAsync(string query, string? port = null)
    {
        var result = await Command.RunAsync(
            _psql, ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", query], PostgresServer.ClientEnvironment(port ?? Balancer.Port));
        return result.OrThrow().Output.TrimEnd('\n');
    }
}
