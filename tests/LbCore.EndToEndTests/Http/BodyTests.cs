using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>Bodies arrive byte for byte, both ways, whatever their size and framing.</summary>
[TestFixtureSource(nameof(Fixtures))]
internal sealed class BodyTests(string engine, string kind)
{
    private static readonly int[] Sizes = [0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 69_632, 1024 * 1024, 5_000_000];
    private static readonly int Large = 64 * 1024 * 1024;

    private HttpBackend? _backend;
    private LbCoreProcess? _balancer;
    private HttpClient? _client;

    private static object[] Fixtures =>
        [.. from engine in Engines.All from kind in HttpBackend.Kinds select new object[] { engine, kind }];

    private HttpClient Client => _client!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await HttpBackend.StartAsync(kind);
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_backend.Address]);
        _client = new HttpClient { BaseAddress = new Uri($"http://{_balancer.Address}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client?.Dispose();
        if (_balancer is not null)
        {
            await using var balancer = _balancer;
            await balancer.StopAsync();
        }

        if (_backend is not null)
        {
            await _backend.DisposeAsync();
        }
    }

    [TestCase("bytes")]
    [TestCase("chunked")]
    [CancelAfter(60_000)]
    public async Task Downloads_are_exact(string framing, CancellationToken token)
    {
        foreach (var size in Sizes)
        {
            var body = await Client.GetByteArrayAsync(string.Create(CultureInfo.InvariantCulture, $"/{framing}/{size}"), token);
            Assert.That(body.AsSpan().SequenceEqual(HttpBackend.Known(size)), Is.True, $"{framing} {size}");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(60_000)]
    public async Task Uploads_are_exact(bool chunked, CancellationToken token)
    {
        foreach (var size in Sizes)
        {
            var body = RandomNumberGenerator.GetBytes(size);
            using var response = await SendAsync("/hash", body, chunked, token);
            Assert.That(await response.Content.ReadAsStringAsync(token), Is.EqualTo(Convert.ToHexString(SHA256.HashData(body))), $"{size}");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(60_000)]
    public async Task What_flows_both_ways_at_once_is_exact(bool chunked, CancellationToken token)
    {
        foreach (var size in Sizes)
        {
            var body = RandomNumberGenerator.GetBytes(size);
            using var response = await SendAsync("/echo", body, chunked, token);
            Assert.That((await response.Content.ReadAsByteArrayAsync(token)).AsSpan().SequenceEqual(body), Is.True, $"{size}");
        }
    }

    // With curl: HttpClient reads nothing before it has sent everything, so somebody would have to hold it all.
    [TestCase(false)]
    [TestCase(true)]
    public async Task Large_bodies_flow_both_ways_at_once(bool chunked)
    {
        var curl = Tool.Require("curl", "curl");
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("body"), RandomNumberGenerator.GetBytes(Large));
        string[] framing = chunked ? ["-H", "Transfer-Encoding: chunked"] : [];
        (await Command.RunAsync(
            curl,
            ["-sS", "--fail", "--max-time", "50", "-T", folder.File("body"), "-H", "Expect:", .. framing, "-o", folder.File("out"), $"{Client.BaseAddress}echo"])).OrThrow();
        await using var sent = File.OpenRead(folder.File("body"));
        await using var received = File.OpenRead(folder.File("out"));
        Assert.That(await SHA256.HashDataAsync(received), Is.EqualTo(await SHA256.HashDataAsync(sent)));
    }

    private Task<HttpResponseMessage> SendAsync(string path, byte[] body, bool chunked, CancellationToken token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(new MemoryStream(body)) };
        request.Headers.TransferEncodingChunked = chunked;
        if (!chunked)
        {
            request.Content.Headers.ContentLength = body.Length;
        }

        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
    }
}
