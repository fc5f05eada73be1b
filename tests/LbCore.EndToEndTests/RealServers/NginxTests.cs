using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.RealServers;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class NginxTests(string engine)
{
    private const int LargeFile = 64 * 1024 * 1024;
    private const int CurlReceiveError = 56;

    private string _curl = string.Empty;
    private NginxServer? _nginx;
    private LbCoreProcess? _balancer;

    private NginxServer Nginx => _nginx ?? throw new InvalidOperationException("nginx is not running.");

    private LbCoreProcess Balancer => _balancer ?? throw new InvalidOperationException("lbcore is not running.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _curl = Tool.Require("curl", "curl");
        _nginx = await NginxServer.StartAsync("a");
        _balancer = await LbCoreProcess.StartAsync(engine, [_nginx.Address]);
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
            await DisposeAsync(_balancer);
            await DisposeAsync(_nginx);
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(1024 * 1024)]
    [TestCase(LargeFile)]
    public async Task Curl_downloads_the_very_bytes(int length)
    {
        using var folder = new TempFolder();
        var name = string.Create(CultureInfo.InvariantCulture, $"download-{length}");
        var expected = Nginx.AddFile(name, length);
        var path = folder.File(name);

        (await CurlAsync("-o", path, $"http://{Balancer.Address}/files/{name}")).OrThrow();

        Assert.That(Hash(path), Is.EqualTo(expected));
    }

    [Test]
    public async Task Curl_uploads_the_very_bytes()
    {
        var expected = Nginx.AddFile("to-upload", LargeFile);

        (await CurlAsync("-T", Nginx.FilePath("to-upload"), $"http://{Balancer.Address}/upload/uploaded")).OrThrow();

        Assert.That(Hash(Nginx.UploadPath("uploaded")), Is.EqualTo(expected));
    }

    [Test]
    public async Task Curl_keeps_one_connection_for_several_requests()
    {
        var url = $"http://{Balancer.Address}/name";

        var result = (await CurlAsync("-w", "%{num_connects} ", url, url, url)).OrThrow();

        Assert.That(result.Output, Is.EqualTo("a\n1 a\n0 a\n0 "));
    }

    [Test]
    public async Task Wrk_meets_no_error_over_64_connections()
    {
        var wrk = Tool.Require("wrk", "wrk");

        var result = (await Command.RunAsync(wrk, "-t1", "-c64", "-d1s", $"http://{Balancer.Address}/name")).OrThrow();

        // wrk prints these lines only when there is something to tell.
        Assert.That(result.Output, Does.Contain("requests in").And.Not.Contain(" 0 requests in"));
        Assert.That(result.Output, Does.Not.Contain("Socket errors").And.Not.Contain("Non-2xx"));
    }

    [Test]
    public async Task Weights_give_exact_shares()
    {
        const int Connections = 40;
        await using var other = await NginxServer.StartAsync("b");
        await using var balancer = await LbCoreProcess.StartAsync(engine, [Nginx.Address, other.Address], "--weight", "3", "--weight", "1");
        var urls = Enumerable.Repeat($"http://{balancer.Address}/name", Connections);

        // One connection a request: the server closes after each answer.
        var result = (await CurlAsync(["-H", "Connection: close", .. urls])).OrThrow();

        var names = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(names.Count(name => name == "a"), Is.EqualTo(30), result.Output);
        Assert.That(names.Count(name => name == "b"), Is.EqualTo(10), result.Output);
        await balancer.StopAsync();
    }

    [Test]
    public async Task A_backend_killed_in_the_middle_never_looks_like_a_complete_download()
    {
        using var folder = new TempFolder();
        await using var victim = await NginxServer.StartAsync("victim");
        await using var balancer = await LbCoreProcess.StartAsync(engine, [victim.Address]);
        victim.AddFile("slow", LargeFile);
        var path = folder.File("part");
        var download = CurlAsync("-o", path, $"http://{balancer.Address}/slow/slow");
        await Eventually.TrueAsync(
            () => File.Exists(path) && new FileInfo(path).Length > 0, TimeSpan.FromSeconds(20), "the first bytes arrive");

        await victim.KillAsync();

        var result = await download;
        Assert.That(result.ExitCode, Is.Not.Zero, result.Error);
        Assert.That(new FileInfo(path).Length, Is.LessThan(LargeFile));
        await balancer.StopAsync();
    }

    [Test]
    public async Task A_reset_by_the_backend_is_an_error_also_where_only_the_end_of_the_stream_tells_the_length()
    {
        await using var backend = SocketBackend.Start(async (socket, cancellationToken) =>
        {
            await socket.SendAllAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it"u8.ToArray(), cancellationToken);

            // The request stays unread and the linger time is zero: closing resets.
            socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
            await socket.ReceiveAsync(new byte[1], cancellationToken);
        });
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);

        var result = await CurlAsync($"http://{balancer.Address}/");

        Assert.That(result.ExitCode, Is.EqualTo(CurlReceiveError), $"{result.Output} {result.Error}");
        await balancer.StopAsync();
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    private static ValueTask DisposeAsync(IAsyncDisposable? disposable) => disposable?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task<CommandResult> CurlAsync(params string[] arguments) =>
        Command.RunAsync(_curl, ["--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "50", .. arguments]);
}
