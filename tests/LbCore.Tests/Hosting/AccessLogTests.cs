using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>What a load balancer writes of its requests and connections.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed partial class AccessLogTests
{
    private const string Get = "GET /a?b HTTP/1.1\r\nHost: h\r\nReferer: http://r/\r\nUser-Agent: u\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;
    private DirectoryInfo _folder = null!;

    public AccessLogTests(EngineCase engine) => _engine = engine;

    private string Path => System.IO.Path.Combine(_folder.FullName, "access.log");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("lbcore-log-");

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_is_a_line_with_what_was_sent(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(Get);
        using var backend = await listener.AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));

        await client.SendAsync("POST http://x/y HTTP/1.1\r\nHost: X\r\nContent-Length: 3\r\n\r\nabc");
        Assert.That(await backend.ReadHeadAsync() + await backend.ReadTextAsync(3), Does.StartWith("POST /y HTTP/1.1\r\n").And.EndsWith("\r\n\r\nabc"));
        await backend.SendAsync("HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        await client.ReadHeadAsync();
        await client.ReadTextAsync("5\r\nhello\r\n0\r\n\r\n".Length);

        await client.SendAsync("HEAD /h HTTP/1.0\r\n\r\n");
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
        await client.ReadTextToEndAsync();

        var lines = await LinesAsync(3);
        Assert.That(Show(lines[0]), Is.EqualTo("GET /a?b HTTP/1.1 h 200 0 2 app/b0 Completed None http://r/ u"));
        Assert.That(Show(lines[1]), Is.EqualTo("POST http://x/y HTTP/1.1 X 201 3 5 app/b0 Completed None - -"));
        Assert.That(Show(lines[2]), Is.EqualTo("HEAD /h HTTP/1.0 - 200 0 0 app/b0 Completed None - -"));
        Assert.That(lines.Select(static line => line.GetProperty("clientPort").GetInt32()), Has.All.EqualTo(((IPEndPoint)client.LocalEndPoint!).Port));
    }

    [TestCase("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 - 400 0 16 -/- BadRequest HostMissing - -")]
    [TestCase("GET /x HTTP/2.0\r\nHost: h\r\n\r\n", "GET /x HTTP/2.0 h 505 0 31 -/- BadRequest Version - -")]
    [TestCase("GET /x FOO\r\n\r\n", "GET /x - - 400 0 16 -/- BadRequest RequestLine - -")]
    [TestCase("\u0016\u0003\u0001\u0002\r\n\r\n", "- - - - 400 0 16 -/- BadRequest Method - -")]
    [TestCase("GET /x HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nA : b\r\n\r\n", "GET /x HTTP/1.1 h 400 0 16 -/- BadRequest SpaceBeforeColon - u")]
    [TestCase("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "CONNECT h:1 HTTP/1.1 h:1 501 0 20 -/- BadRequest Connect - -")]
    [TestCase("\r\nGET /x HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "GET /x HTTP/1.1 h 400 0 16 -/- BadRequest HostRepeated - -")]
    [CancelAfter(30_000)]
    public async Task A_request_that_is_refused_is_a_line_with_what_is_known(string request, string expected, CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(request);
        await client.ReadTextToEndAsync();
        Assert.That(Show((await LinesAsync(1))[0]), Is.EqualTo(expected));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_no_backend_answers_is_a_line_with_our_own_answer(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token, static options =>
        {
            options.Listeners["web"].Cluster = "";
            options.Listeners["web"].Routes.Add(new RouteOptions { PathPrefix = "/there", Cluster = "app" });
            options.Listeners["web"].Timeouts.Head = TimeSpan.FromMilliseconds(200);
        });
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("GET /there HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(16), Does.EndWith("\r\n\r\n502 Bad Gateway\n"));
        await client.SendAsync("GET /else HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(14), Does.EndWith("\r\n\r\n404 Not Found\n"));
        await client.SendAsync("GET /slow HTTP/1.1\r\nHost: h\r\nUser-");
        await client.ReadTextToEndAsync();
        var lines = await LinesAsync(3);
        Assert.That(Show(lines[0]), Is.EqualTo("GET /there HTTP/1.1 h 502 0 16 app/b0 ConnectFailed None - -"));
        Assert.That(Show(lines[1]), Is.EqualTo("GET /else HTTP/1.1 h 404 0 14 -/- NoRoute None - -"));
        Assert.That(Show(lines[2]), Is.EqualTo("GET /slow HTTP/1.1 h 408 0 20 -/- HeadTimeout None - -"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_leaves_before_the_answer_has_got_none(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(Get);
        using var backend = await listener.AcceptAsync();
        await backend.ReadHeadAsync();
        client.Reset();
        Assert.That(Show((await LinesAsync(1))[0]), Is.EqualTo("GET /a?b HTTP/1.1 h - 0 0 app/b0 ClientReset None http://r/ u"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_connection_in_mode_tcp_is_a_line_at_its_end(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token, static options => options.Listeners["web"].Mode = ListenerMode.Tcp);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("abc");
        using var backend = await listener.AcceptAsync();
        await backend.ReadTextAsync(3);
        await backend.SendAsync("defg");
        await client.ReadTextAsync(4);
        Assert.That(await File.ReadAllTextAsync(Path, token), Is.Empty);
        backend.Reset();
        await client.ReadUntilClosedAsync();
        var line = (await LinesAsync(1))[0];
        Assert.That(
            (line.GetProperty("kind").GetString(), line.GetProperty("bytesUp").GetInt64(), line.GetProperty("bytesDown").GetInt64(), line.GetProperty("failedBy").GetString()),
            Is.EqualTo(("tcp", 3, 4, "Backend")));
        Assert.That((line.GetProperty("backend").GetString(), line.GetProperty("backendClose").GetString()), Is.EqualTo(("b0", "PeerReset")));

        using var second = await ConnectAsync(balancer, token);
        using var end = await listener.AcceptAsync();
        second.SendFin();
        await end.ReadToEndAsync();
        end.SendFin();
        await second.ReadToEndAsync();
        var orderly = (await LinesAsync(2))[1];
        Assert.That(
            new[] { "failedBy", "clientClose", "backendClose" }.Select(name => orderly.GetProperty(name).ValueKind), Has.All.EqualTo(JsonValueKind.Null), $"{orderly}");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Every_request_is_one_line_while_reloads_change_the_log(CancellationToken token)
    {
        const int Requests = 2000;
        using var listener = new RawListener(token);
        var options = Options(listener.EndPoint);
        await using var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        var log = 0;
        var asking = AskAsync();
        while (!asking.IsCompleted)
        {
            options = Options(listener.EndPoint);
            options.AccessLog.Path = $"{Path}.{log % 5}";
            await balancer.ReloadAsync(options, token);
            Interlocked.Increment(ref log);
        }

        await asking;
        await balancer.StopAsync(token);
        var targets = _folder.GetFiles().SelectMany(static file => File.ReadAllLines(file.FullName))
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("target").GetString());
        Assert.That(targets, Is.EquivalentTo(Enumerable.Range(0, Requests).Select(static i => $"/{i}")));

        async Task AskAsync()
        {
            using var client = await ConnectAsync(balancer, token);
            RawClient? backend = null;
            for (var i = 0; i < Requests; i++)
            {
                if (i == Requests / 2)
                {
                    await Eventually.TrueAsync(() => Volatile.Read(ref log) > 1, "there have been reloads");
                }

                await client.SendAsync($"GET /{i} HTTP/1.1\r\nHost: h\r\n\r\n");
                backend ??= await listener.AcceptAsync();
                await backend.ReadHeadAsync();
                await backend.SendAsync(Ok);
                await client.ReadHeadAsync();
                await client.ReadTextAsync(2);
            }

            backend?.Dispose();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reload_turns_it_on_and_off_and_changes_its_form(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token, static options => options.AccessLog.Path = null);
        using var client = await ConnectAsync(balancer, token);
        var asked = 0;
        await AskAsync("/none");
        await ReloadAsync(o => o.AccessLog.Format = AccessLogFormat.Combined);
        await AskAsync("/combined");
        await ReloadAsync(static _ => { });
        await AskAsync("/json");
        await ReloadAsync(static o => o.AccessLog.Path = null);
        await AskAsync("/none");
        var lines = await File.ReadAllLinesAsync(Path, token);
        Assert.That(lines, Has.Length.EqualTo(2), "each has been written when the next holds");
        Assert.That(lines[0], Does.Contain("\"GET /combined HTTP/1.1\" 502 16 \"-\" \"-\""));
        Assert.That(lines[1], Does.StartWith("{").And.Contain("/json"));

        Task ReloadAsync(Action<LbCoreOptions> change)
        {
            var options = Options(RawListener.RefusingEndPoint());
            change(options);
            return balancer.ReloadAsync(options, token);
        }

        async Task AskAsync(string path)
        {
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
            await client.ReadHeadAsync();
            await client.ReadTextAsync(16);
            await RecordedAsync(balancer, ++asked);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_file_that_cannot_be_opened_fails_the_start_and_refuses_a_reload(CancellationToken token)
    {
        const string Message = "accessLog.path: '/nowhere/access.log' cannot be opened: ";
        var bad = Options(RawListener.RefusingEndPoint());
        bad.AccessLog.Path = "/nowhere/access.log";
        await using (var never = LoadBalancer.Create(bad))
        {
            var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => never.StartAsync(token));
            Assert.That(error!.Errors.Single().ToString(), Does.StartWith(Message));
        }

        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token);
        var refused = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => balancer.ReloadAsync(bad, token));
        Assert.That(refused!.Errors.Single().ToString(), Does.StartWith(Message));
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(Get);
        await client.ReadHeadAsync();
        await LinesAsync(1);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Reopening_is_harmless_whenever_it_is_asked_for(CancellationToken token)
    {
        await using var balancer = LoadBalancer.Create(Options(RawListener.RefusingEndPoint()));
        balancer.ReopenLogs();
        await balancer.StartAsync(token);
        File.Delete(Path);
        balancer.ReopenLogs();
        await Eventually.TrueAsync(() => File.Exists(Path), "it is there again");
        await balancer.StopAsync(token);
        balancer.ReopenLogs();
    }

    [TestCase(false)]
    [TestCase(true)]
    [Platform("Linux")]
    [CancelAfter(60_000)]
    public async Task A_reload_that_keeps_the_path_breaks_no_line_and_loses_none(bool isPipe, CancellationToken token)
    {
        const int Clients = 4;
        const int Requests = 250;
        var reading = isPipe ? ReadSlowlyAsync() : Task.FromResult("");
        var options = KeepingOptions(0);
        await using var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        var reloads = 0;
        var asking = Task.WhenAll(Enumerable.Range(0, Clients).Select(AskAsync));
        while (!asking.IsCompleted)
        {
            await balancer.ReloadAsync(KeepingOptions(reloads + 1), token);
            Interlocked.Increment(ref reloads);
        }

        await asking;
        await balancer.StopAsync(token);
        var text = isPipe ? await reading : await File.ReadAllTextAsync(Path, token);
        var targets = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("target").GetString()!.TrimEnd('x'));
        Assert.That(targets, Is.EquivalentTo(Enumerable.Range(0, Clients * Requests).Select(static i => $"/{i}/")));

        LbCoreOptions KeepingOptions(int number)
        {
            var keeping = Options(RawListener.RefusingEndPoint());
            keeping.Loops = 2;
            keeping.AccessLog.BufferBytes += number % 2;
            return keeping;
        }

        async Task AskAsync(int number)
        {
            using var client = await ConnectAsync(balancer, token);
            for (var i = number * Requests; i < (number + 1) * Requests; i++)
            {
                if (i % Requests == Requests / 2)
                {
                    await Eventually.TrueAsync(() => Volatile.Read(ref reloads) > 1, "there have been reloads");
                }

                await client.SendAsync($"GET /{i}/{new string('x', 200)} HTTP/1.1\r\nHost: h\r\n\r\n");
                await client.ReadHeadAsync();
                await client.ReadTextAsync(16);
            }
        }

        async Task<string> ReadSlowlyAsync()
        {
            Assert.That(MakeFifo(Path, 0x1A4), Is.Zero);
            await Task.Yield();
            await using var reader = await Task.Run(() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), token);
            var all = new StringBuilder();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await reader.ReadAsync(buffer, token)) > 0)
            {
                all.Append(Encoding.ASCII.GetString(buffer, 0, read));
                await Task.Delay(1, token);
            }

            return all.ToString();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_rotation_between_the_opening_and_the_swap_of_a_log_reaches_it(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token);
        var options = Options(RawListener.RefusingEndPoint());
        options.AccessLog.Format = AccessLogFormat.Combined;
        var logs = balancer.Running!.AccessLogs;
        var opened = logs.Open(options);
        File.Move(Path, Path + ".1");
        balancer.ReopenLogs();
        await logs.ApplyAsync(options.AccessLog, opened);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(Get);
        await client.ReadHeadAsync();
        await Eventually.TrueAsync(() => File.Exists(Path) && File.ReadAllText(Path).Contains("/a?b", StringComparison.Ordinal), "the line is in the new file");
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(30_000)]
    public async Task A_reload_that_fails_leaves_no_file_open(CancellationToken token)
    {
        var other = Options(RawListener.RefusingEndPoint());
        await using var balancer = LoadBalancer.Create(Options(RawListener.RefusingEndPoint()), null, new LoadBalancerEnvironment
        {
            Resolver = new BackendResolver((_, _) =>
            {
                // Behind the check of the options: what fails then is nobody's mistake in them.
                other.Clusters["app"].Strategy = "none";
                return Task.FromResult(new[] { IPAddress.Loopback });
            }),
        });
        await balancer.StartAsync(token);
        other.Clusters["app"].Backends["b0"].Address = "named.test:1";
        other.AccessLog.Path = Path + ".other";
        Assert.That(() => balancer.ReloadAsync(other, token), Throws.Exception.Not.TypeOf<LbCoreConfigurationException>());
        Assert.That(File.Exists(Path + ".other"), Is.True, "it was opened");
        Assert.That(new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Count(entry => entry.LinkTarget == Path + ".other"), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_did_not_happen_is_null_and_the_stage_is_how_far_it_came(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token, static options =>
        {
            options.Listeners["web"].Cluster = "";
            options.Listeners["web"].Routes.Add(new RouteOptions { PathPrefix = "/refused", Cluster = "app" });
            options.Listeners["web"].Timeouts.Head = TimeSpan.FromMilliseconds(300);
        });
        foreach (var request in (string[])["GET /refused HTTP/1.0\r\n\r\n", "GET /else HTTP/1.0\r\n\r\n", "GET /bad HTTP/1.1\r\n\r\n", "GET /late HTTP/1.1\r\n"])
        {
            using var client = await ConnectAsync(balancer, token);
            await client.SendAsync(request);
            await client.ReadTextToEndAsync();
        }

        var lines = await LinesAsync(4);
        Assert.That(lines.Select(static line => line.GetProperty("stage").GetString()), Is.EqualTo(new[] { "Connect", "Route", "Parse", "Parse" }));
        Assert.That(lines.Select(static line => line.GetProperty("connectMs").ValueKind), Has.All.EqualTo(JsonValueKind.Null));
        Assert.That(lines[3].GetProperty("totalMs").GetInt64(), Is.InRange(100, 30_000), "from its first byte");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_cannot_keep_its_fields_out_of_the_log(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("POST http://h/a HTTP/1.1\r\nHost: h\r\nConnection: close, User-Agent, referer, x\r\nUser-Agent: u\r\nReferer: r\r\nX: x\r\nContent-Length: 3\r\n\r\nabc");
        using var backend = await listener.AcceptAsync();
        var head = await backend.ReadHeadAsync();
        Assert.That(head, Does.StartWith("POST /a ").And.Not.Contain("User-Agent").And.Not.Contain("Referer"));
        Assert.That(await backend.ReadTextAsync(3), Is.EqualTo("abc"));
        await backend.SendAsync(Ok);
        await client.ReadTextToEndAsync();
        Assert.That(Show((await LinesAsync(1))[0]), Is.EqualTo("POST http://h/a HTTP/1.1 h 200 3 2 app/b0 Completed None r u"));
    }

    private static string Show(JsonElement line)
    {
        var request = string.Join(' ', new[] { "method", "target", "protocol", "host", "status", "bytesUp", "bytesDown" }.Select(Value));
        var error = Value("error") is "-" ? "None" : Value("error");
        return $"{request} {Value("cluster")}/{Value("backend")} {Value("end")} {error} {Value("referer")} {Value("userAgent")}";

        string Value(string name) => line.GetProperty(name).ValueKind == JsonValueKind.Null ? "-" : line.GetProperty(name).ToString();
    }

    private async Task<JsonElement[]> LinesAsync(int count)
    {
        await Eventually.TrueAsync(() => File.ReadAllLines(Path).Length >= count, "the lines are there");
        var lines = await File.ReadAllLinesAsync(Path);
        Assert.That(lines, Has.Length.EqualTo(count));
        return [.. lines.Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    private async Task<LoadBalancer> StartAsync(EndPoint backend, CancellationToken token, Action<LbCoreOptions>? configure = null)
    {
        var options = Options(backend);
        configure?.Invoke(options);
        var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        return balancer;
    }

    private static Task<RawClient> ConnectAsync(LoadBalancer balancer, CancellationToken token) => RawClient.ConnectAsync(balancer.EndPoints["web"], token);

    /// <summary>Waits until so many requests have been recorded: a client has its answer a moment before.</summary>
    private static async Task RecordedAsync(LoadBalancer balancer, int requests)
    {
        var running = balancer.Running!;
        var counters = ((OutcomeRecorder)running.Recorder).Requests;
        await Eventually.TrueAsync(() => counters.Recorded >= requests, $"{requests} are recorded");

        // It counts first and writes then, on the loop.
        foreach (var loop in running.Engine.Loops)
        {
            var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), passed);
            await passed.Task;
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    private LbCoreOptions Options(EndPoint backend)
    {
        var options = BalancerHarness.Options(_engine, [backend]);
        options.Listeners["web"].Mode = ListenerMode.Http;
        options.AccessLog.Path = Path;
        options.AccessLog.Format = AccessLogFormat.Json;
        return options;
    }
}
