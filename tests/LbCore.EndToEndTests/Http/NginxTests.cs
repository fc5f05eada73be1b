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

    [Test]
    public async Task Files_and_ranges_of_them_arrive()
    {
        using var folder = new TempFolder();
        var expected = _nginx!.AddFile("large", 64 * 1024 * 1024);
        await CurlAsync($"{Url}/files/large", "-o", folder.File("large"));
        Assert.That(Hash(folder.File("large")), Is.EqualTo(expected));

        var range = await CurlAsync($"{Url}/files/large", "-r", "1000-1999", "-w", "%{http_code}");
        Assert.That(range.OutputBytes, Has.Length.EqualTo(1003));
        Assert.That(range.OutputBytes[..1000], Is.EqualTo((await File.ReadAllBytesAsync(_nginx.FilePath("large")))[1000..2000]));
    }

    [Test]
    public async Task An_upload_arrives()
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("up"), RandomNumberGenerator.GetBytes(3_000_000));
        await CurlAsync("-T", folder.File("up"), $"{Url}/upload/up");
        Assert.That(Hash(_nginx!.UploadPath("up")), Is.EqualTo(Hash(folder.File("up"))));
    }

    [Test]
    public async Task Wrk_sees_no_error_on_256_connections()
    {
        _nginx!.AddFile("small", 1000);
        var wrk = Tool.Require("wrk", "wrk");
        var result = (await Command.RunAsync(wrk, "-t", "1", "-c", "256", "-d", "3s", $"{Url}/files/small")).OrThrow();
        Assert.That(result.Output, Does.Contain("requests in").And.Not.Contain("Socket errors").And.Not.Contain("Non-2xx"));
        var count = int.Parse(result.Output.Split(" requests in", 2)[0].Trim().Split('\n')[^1].Trim(), CultureInfo.InvariantCulture);
        Assert.That(count, Is.GreaterThan(256));
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private static async Task<CommandResult> CurlAsync(params string[] arguments) =>
        (await Command.RunAsync(Tool.Require("curl", "curl"), ["-sS", "--fail", "--max-time", "30", .. arguments])).OrThrow();
}
