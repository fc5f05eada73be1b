using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>What tests of the access log of a load balancer share.</summary>
internal abstract class AccessLogFixture(EngineCase engine)
{
    protected const string Get = "GET /a?b HTTP/1.1\r\nHost: h\r\nReferer: http://r/\r\nUser-Agent: u\r\n\r\n";
    protected const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private DirectoryInfo _folder = null!;

    protected DirectoryInfo Folder => _folder;

    protected string Path => System.IO.Path.Combine(_folder.FullName, "access.log");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("lbcore-log-");

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    protected static string Show(JsonElement line)
    {
        var request = string.Join(' ', new[] { "method", "target", "protocol", "host", "status", "bytesUp", "bytesDown" }.Select(Value));
        var error = Value("error") is "-" ? "None" : Value("error");
        return $"{request} {Value("cluster")}/{Value("backend")} {Value("end")} {error} {Value("referer")} {Value("userAgent")}";

        string Value(string name) => line.GetProperty(name).ValueKind == JsonValueKind.Null ? "-" : line.GetProperty(name).ToString();
    }

    protected async Task<JsonElement[]> LinesAsync(int count)
    {
        await Eventually.TrueAsync(() => File.ReadAllLines(Path).Length >= count, "the lines are there");
        var lines = await File.ReadAllLinesAsync(Path);
        Assert.That(lines, Has.Length.EqualTo(count));
        return [.. lines.Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    protected async Task<LoadBalancer> StartAsync(EndPoint backend, CancellationToken token, Action<LbCoreOptions>? configure = null)
    {
        var options = Options(backend);
        configure?.Invoke(options);
        var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        return balancer;
    }

    /// <summary>Sends <see cref="Get"/> and returns the backend's end of the connection that it came on.</summary>
    protected static async Task<RawClient> PassOnAsync(RawClient client, RawListener listener)
    {
        await client.SendAsync(Get);
        var backend = await listener.AcceptAsync();
        await backend.ReadHeadAsync();
        return backend;
    }

    protected static Task<RawClient> ConnectAsync(LoadBalancer balancer, CancellationToken token) => RawClient.ConnectAsync(balancer.EndPoints["web"], token);

    protected LbCoreOptions Options(EndPoint backend)
    {
        var options = BalancerHarness.Options(engine, [backend]);
        options.Listeners["web"].Mode = ListenerMode.Http;
        options.AccessLog.Path = Path;
        options.AccessLog.Format = AccessLogFormat.Json;
        return options;
    }
}
