using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>nginx as the backend of mode http, with curl and wrk.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class NginxTests(string engine)
{
    private static readonly int[] Sizes = [0, 1, 4096, 65_535, 65_536, 69_632, 1024 * 1024, 64 * 1024 * 1024];

    private static readonly string[] Always = ["-sS", "--fail", "--max-time", "30"];

    private NginxServer? _nginx;
    private LbCoreProcess? _balancer;

    private string Url => $"http://{_balancer!.Address}";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _nginx = await NginxServer.StartAsync("a");
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_nginx.Address]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_balancer is not null)
        {
            await using var balancer = _balancer;
            await balancer.StopAsync();
        }

        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }
    }

    [TestCaseSource(nameof(Sizes))]
    public async Task A_file_of_any_size_arrives(int size)
    {
        using var folder = new TempFolder();
        var name = string.Create(CultureInfo.InvariantCulture, $"down-{size}");
        var expected = _nginx!.AddFile(name, size);
        await CurlAsync($"{Url}/files/{name}", "-o", folder.File(name));
        Assert.That(Hash(folder.File(name)), Is.EqualTo(expected));
    }

    // Curl reads its input, of which it does not know the length, and sends it in chunks.
    [Test]
    public async Task An_upload_of_any_size_arrives([ValueSource(nameof(Sizes))] int size, [Values] bool chunked)
    {
        using var folder = new TempFolder();
        var name = string.Create(CultureInfo.InvariantCulture, $"up-{chunked}-{size}");
        var body = RandomNumberGenerator.GetBytes(size);
        await File.WriteAllBytesAsync(folder.File(name), body);
        var curl = Tool.Require("curl", "curl");
        string[] arguments = [.. Always, "-H", "Expect:", "-T", chunked ? "-" : folder.File(name), $"{Url}/upload/{name}"];
        (await Command.RunAsync(curl, arguments, null, chunked ? body : null)).OrThrow();
        Assert.That(Hash(_nginx!.UploadPath(name)), Is.EqualTo(Convert.ToHexString(SHA256.HashData(body))));
    }

    [Test]
    public async Task Wrk_sees_no_error_on_256_connections()
    {
        _nginx!.AddFile("small", 1000);
        var wrk = Tool.Require("wrk", "wrk");
        var result = (await Command.RunAsync(wrk, "-t", "1", "-c", "256", "-d", "1s", $"{Url}/files/small")).OrThrow();
        Assert.That(result.Output, Does.Contain("requests in").And.Not.Contain("Socket errors").And.Not.Contain("Non-2xx"));
        var count = int.Parse(result.Output.Split(" requests in", 2)[0].Trim().Split('\n')[^1].Trim(), CultureInfo.InvariantCulture);
        Assert.That(count, Is.GreaterThan(256));
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private static async Task<CommandResult> CurlAsync(params string[] arguments) =>
        (await Command.RunAsync(Tool.Require("curl", "curl"), [.. Always, .. arguments])).OrThrow();
}
