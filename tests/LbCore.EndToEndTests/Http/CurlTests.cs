using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>What curl sees of Kestrel and Node through lbcore. What holds for files of any server has its tests in Interoperability.</summary>
[TestFixtureSource(nameof(Fixtures))]
internal sealed class CurlTests(string engine, string kind)
{
    private string _curl = "";
    private HttpBackend? _backend;
    private LbCoreProcess? _balancer;

    private static object[] Fixtures =>
        [.. from engine in Engines.All from kind in HttpBackend.Kinds select new object[] { engine, kind }];

    private string Url => $"http://{_balancer!.Address}";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _curl = Tool.Require("curl", "curl");
        _backend = await HttpBackend.StartAsync(kind);
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_backend.Address]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
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

    [Test]
    public async Task The_backend_is_told_who_the_client_is()
    {
        var result = await CurlAsync($"{Url}/fields", "-H", "X-Forwarded-For: 6.6.6.6", "-H", "X-Custom: kept");
        Assert.That(result.Output, Does.Contain("X-Forwarded-For: 127.0.0.1\n").And.Contain("X-Forwarded-Proto: http\n").And.Contain("X-Custom: kept\n").And.Not.Contain("6.6.6.6"));
    }

    [TestCase("204")]
    [TestCase("304")]
    [TestCase("404")]
    public async Task A_status_arrives(string status)
    {
        var result = await CurlAsync($"{Url}/status/{status}", "-w", "%{http_code}");
        Assert.That(result.Output, Is.EqualTo(status));
    }

    [Test]
    public async Task Large_fields_go_through()
    {
        var value = new string('v', 12_000);
        var result = await CurlAsync($"{Url}/fields", "-H", $"X-Large: {value}");
        Assert.That(result.Output, Does.Contain($"X-Large: {value}\n"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Events_arrive_one_by_one(CancellationToken token)
    {
        using var client = await RawClient.ConnectAsync(_balancer!.EndPoint, token);
        await client.SendAsync($"GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
        for (var i = 0; i < 3; i++)
        {
            (await CurlAsync($"{Url}/event")).OrThrow();
            if (i == 0)
            {
                Assert.That(await client.ReadHeadAsync(), Does.Contain("text/event-stream"));
            }

            var text = "";
            while (!text.Contains($"data: {i}\n\n", StringComparison.Ordinal))
            {
                text += await client.ReadTextAsync(1);
            }
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_web_socket_is_tunnelled(CancellationToken token)
    {
        using var client = await RawClient.ConnectAsync(_balancer!.EndPoint, token);
        await client.SendAsync("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nahead ");
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 101 Switching Protocols\r\n"));
        Assert.That(await client.ReadTextAsync(6), Is.EqualTo("ahead "));
        await client.SendAsync("and later");
        Assert.That(await client.ReadTextAsync(9), Is.EqualTo("and later"));
    }

    private async Task<CommandResult> CurlAsync(params string[] arguments) =>
        (await Command.RunAsync(_curl, ["-sS", "--max-time", "20", .. arguments])).OrThrow();
}
