using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

/// <summary>The access log of the binary: right figures, rotation under load, and a log that nobody reads.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed partial class AccessLogTests(string engine)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private TempFolder _folder = null!;

    private string LogPath => _folder.File("access.log");

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    [CancelAfter(60_000)]
    public async Task What_nginx_answers_is_logged_as_it_was_sent(CancellationToken token)
    {
        await using var nginx = await NginxServer.StartAsync("a");
        nginx.AddFile("f", 100_000);
        await using var balancer = await LbCoreProcess.StartHttpAsync(engine, [nginx.Address], "--access-log", LogPath);
        using var client = await WireClient.ConnectAsync(balancer, token);
        await client.SendAsync("GET /files/f?q HTTP/1.1\r\nHost: a\r\nReferer: http://r/\"\r\nUser-Agent: me\r\n\r\n", token);
        using (var response = await client.ReadWholeResponseAsync(token))
        {
            Assert.That((response.Status, response.Received), Is.EqualTo((200, 100_000)));
        }

        await client.SendRequestAsync("GET /files/none", token);
        using var missing = await client.ReadWholeResponseAsync(token);
        await client.SendRequestAsync("GE(T /", token);
        using var bad = await client.ReadWholeResponseAsync(token);
        await nginx.KillAsync();
        using var another = await WireClient.ConnectAsync(balancer, token);
        await another.SendRequestAsync("GET /gone", token);
        using var gone = await another.ReadWholeResponseAsync(token);

        // A stop would wait for the end of the refused one, which the balancer has closed and its client has not.
        client.Dispose();
        await balancer.StopAsync();

        var lines = (await File.ReadAllLinesAsync(LogPath, token)).Select(static line => Combined().Match(line)).ToArray();
        Assert.That(lines.Select(static match => match.Success), Has.All.True);
        Assert.That(lines.Select(static match => match.Groups["rest"].Value), Is.EquivalentTo(new[]
        {
            "\"GET /files/f?q HTTP/1.1\" 200 100000 \"http://r/\\x22\" \"me\"",
            $"\"GET /files/none HTTP/1.1\" 404 {missing!.Received.ToString(CultureInfo.InvariantCulture)} \"-\" \"-\"",
            "\"-\" 400 58 \"-\" \"-\"",
            "\"GET /gone HTTP/1.1\" 502 58 \"-\" \"-\"",
        }));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_rotation_under_load_loses_no_line_and_cuts_none(CancellationToken token)
    {
        const int Clients = 16;
        const int Rotations = 20;
        await using var backend = await KestrelServer.StartAsync();
        await using var balancer = await LbCoreProcess.StartHttpAsync(
            engine, [backend.Address], "--loops", "2", "--access-log", LogPath, "--access-log-format", "json");
        var asked = 0;
        var done = false;
        var clients = Crowd.RunAsync(Clients, WorkAsync, token);
        for (var i = 0; i < Rotations && !clients.IsCompleted; i++)
        {
            var before = Volatile.Read(ref asked);
            File.Move(LogPath, _folder.File(string.Create(CultureInfo.InvariantCulture, $"access.{i}")));
            balancer.Send(Signal.User1);
            await Eventually.TrueAsync(
                () => (File.Exists(LogPath) && Volatile.Read(ref asked) > before + Clients) || clients.IsCompleted, Soon, $"it goes on. {balancer.Transcript}");
        }

        Volatile.Write(ref done, true);
        await clients;
        await balancer.StopAsync();
        Assert.That(balancer.Error, Does.Contain("The access log was opened again"));

        var targets = Directory.GetFiles(_folder.Path).SelectMany(File.ReadAllLines)
            .Select(static line => JsonDocument.Parse(line).RootElement)
            .Select(static line => (line.GetProperty("target").GetString(), line.GetProperty("status").GetInt32(), line.GetProperty("bytesDown").GetInt64()))
            .ToArray();
        Assert.That(targets, Is.EquivalentTo(Enumerable.Range(1, asked).Select(static i => ($"/bytes/10?{i}", 200, 10L))));

        async Task WorkAsync(int number, CancellationToken end)
        {
            using var client = await WireClient.ConnectAsync(balancer, end);
            while (!Volatile.Read(ref done))
            {
                var request = Interlocked.Increment(ref asked);
                await client.SendRequestAsync(string.Create(CultureInfo.InvariantCulture, $"GET /bytes/10?{request}"), end);
                using var response = await client.ReadWholeResponseAsync(end);
                Assert.That((response.Status, response.End), Is.EqualTo((200, WireEnd.Whole)), $"{response}");
            }
        }
    }

    // A pipe that somebody has open and nobody reads, as standard output and by its path.
    [TestCase("exec 3<>\"$0\" && exec \"$@\" >&3", "-")]
    [TestCase("exec \"$@\"", "fifo")]
    [CancelAfter(120_000)]
    public async Task A_log_that_nobody_reads_slows_no_request_and_holds_up_no_stop(string script, string log, CancellationToken token)
    {
        var pipe = _folder.File("pipe");
        (await Command.RunAsync("mkfifo", pipe)).OrThrow();
        await using var backend = await KestrelServer.StartAsync();
        await using var balancer = ChildProcess.Start(
            "/bin/sh",
            [
                "-c", script, pipe, LbCoreBinary.Path, "proxy", "--engine", engine, "--listen", "127.0.0.1:0", "--backend", backend.Address,
                "--access-log", log == "-" ? log : pipe,
            ],
            LbCoreBinary.Environment);
        await Eventually.TrueAsync(() => Address().IsMatch(balancer.Error) || balancer.HasExited, Soon, balancer.Transcript);
        var endPoint = System.Net.IPEndPoint.Parse(Address().Match(balancer.Error).Value);
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp))
        {
            // Far more than pipe and buffers take.
            await socket.ConnectAsync(endPoint, token);
            var agent = new string('a', 4000);
            var request = System.Text.Encoding.ASCII.GetBytes($"GET /bytes/1 HTTP/1.1\r\nHost: h\r\nUser-Agent: {agent}\r\n\r\n");
            var buffer = new byte[4096];
            for (var i = 0; i < 1500; i++)
            {
                await socket.SendAllAsync(request, token);
                Assert.That(await socket.ReceiveAsync(buffer, token), Is.GreaterThan(0));
            }
        }

        balancer.Send(Signal.Terminate);
        Assert.That(await balancer.WaitAsync(Soon), Is.Zero, balancer.Transcript);
        Assert.That(balancer.Error, Does.Match(@"\[2014\] [0-9]+ lines of the access log .* were dropped"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_connection_in_mode_tcp_is_logged_on_standard_output_behind_the_ready_line(CancellationToken token)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address], "--access-log", "-");
        using (var client = await balancer.ConnectAsync(token))
        {
            await client.PingAsync(token);
        }

        await Eventually.TrueAsync(() => balancer.Transcript.Contains("\"TCP proxy/backend1\" 200 ", StringComparison.Ordinal), Soon, balancer.Transcript);
        balancer.Send(Signal.User1);
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_an_access_log_the_signal_does_nothing(CancellationToken token)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);
        balancer.Send(Signal.User1);
        using var client = await balancer.ConnectAsync(token);
        await client.PingAsync(token);
        client.Dispose();
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_configuration_file_and_a_reload_set_it(CancellationToken token)
    {
        await using var backend = await KestrelServer.StartAsync();
        var file = _folder.File("lbcore.json");
        await WriteAsync($"\"accessLog\": {{ \"path\": \"{LogPath}\" }}");
        await using var balancer = await LbCoreProcess.StartFileAsync(file);
        using var client = await WireClient.ConnectAsync(balancer, token);
        await AskAsync("/status/201");
        await WriteAsync("\"accessLog\": { \"path\": \"/nowhere/access.log\" }");
        balancer.Send(Signal.HangUp);
        await Eventually.TrueAsync(
            () => balancer.Error.Contains(":1:", StringComparison.Ordinal) && balancer.Error.Contains("was not taken", StringComparison.Ordinal), Soon, balancer.Transcript);
        Assert.That(balancer.Error, Does.Contain("accessLog.path: '/nowhere/access.log' cannot be opened: No such file or directory"));
        await AskAsync("/status/202");
        await WriteAsync($"\"accessLog\": {{ \"path\": \"{LogPath}\", \"format\": \"json\" }}");
        balancer.Send(Signal.HangUp);
        await Eventually.TrueAsync(() => balancer.Error.Contains("holds now", StringComparison.Ordinal), Soon, balancer.Transcript);
        await AskAsync("/status/203");
        await balancer.StopAsync();
        var lines = await File.ReadAllLinesAsync(LogPath, token);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Does.Contain("\" 201 0 \""));
        Assert.That(lines[1], Does.Contain("\" 202 0 \""));
        Assert.That(lines[2], Does.Contain("\"status\":203,"));

        async Task AskAsync(string path)
        {
            await client.SendRequestAsync("GET " + path, token);
            using var response = await client.ReadWholeResponseAsync(token);
        }

        Task WriteAsync(string log) => File.WriteAllTextAsync(
            file,
            $"{{ \"engine\": \"{engine}\", \"listeners\": {{ \"web\": {{ \"address\": \"127.0.0.1:0\", \"cluster\": \"app\" }} }}, "
            + $"\"clusters\": {{ \"app\": {{ \"backends\": {{ \"a\": \"{backend.Address}\" }} }} }}, {log} }}",
            token);
    }

    [GeneratedRegex(@"(?<=accepts on )127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex("^127\\.0\\.0\\.1 - - \\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}(:[0-9]{2}){3} \\+0000\\] (?<rest>\".*\")$", RegexOptions.ExplicitCapture)]
    private static partial Regex Combined();
}
