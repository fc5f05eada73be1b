using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace LbCore.EndToEndTests.ConfigurationFile;

/// <summary>What a configuration file says is what is served, with what the command line and the environment lay over it.</summary>
[TestFixture]
internal sealed class RunTests
{
    private const int CouldNotStart = 3;

    // Both are backends of HTTP, and say who they are.
    private HttpBackend? _app;
    private HttpBackend? _api;
    private SocketBackend? _raw;
    private TempFolder? _folder;

    private string ConfigPath => _folder!.File("lbcore.json");

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _app = await KestrelServer.StartAsync(static context => context.Response.WriteAsync("app"));
        _api = await KestrelServer.StartAsync(static context => context.Response.WriteAsync("api"));
        _raw = SocketBackend.Start(static (socket, token) => socket.SendAllAsync("raw"u8.ToArray(), token));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (_raw is not null)
        {
            await _raw.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [TestCaseSource(typeof(Engines), nameof(Engines.All))]
    [CancelAfter(60_000)]
    public async Task Requests_go_where_the_routes_say_and_connections_to_the_cluster_of_their_listener(
        string engine, CancellationToken token)
    {
        Write(rest: "app");
        await using var balancer = await LbCoreProcess.StartFileAsync(ConfigPath, "--set", $"engine={engine}", "--set", "loops=2");

        Assert.That(balancer.Addresses, Has.Count.EqualTo(2));
        Assert.That(
            balancer.ReadyLine,
            Is.EqualTo($"ready http://{balancer.Addresses[0]} tcp://{balancer.Addresses[1]} engine={engine} loops=2"));

        // All over one connection: a connection belongs to no cluster.
        using var client = await WireClient.ConnectAsync(balancer, token);
        string[] answers =
        [
            await AskAsync(client, "api.test", "/", token),
            await AskAsync(client, "API.test:8080", "/any", token),
            await AskAsync(client, "www.test", "/api", token),
            await AskAsync(client, "www.test", "/api/v1?q=1", token),
            await AskAsync(client, "www.test", "/apix", token),
            await AskAsync(client, "www.test", "/", token),
        ];
        Assert.That(answers, Is.EqualTo((string[])["200 api", "200 api", "200 api", "200 api", "200 app", "200 app"]));
        Assert.That(await ReadRawAsync(balancer.Addresses[1], token), Is.EqualTo("raw"));
        await balancer.StopAsync();
    }

    [TestCaseSource(typeof(Engines), nameof(Engines.All))]
    [CancelAfter(60_000)]
    public async Task A_request_without_a_route_gets_404_when_there_is_no_cluster_for_the_rest(string engine, CancellationToken token)
    {
        Write(rest: null);
        await using var balancer = await LbCoreProcess.StartFileAsync(ConfigPath, "--set", $"engine={engine}");
        using var client = await WireClient.ConnectAsync(balancer, token);

        Assert.That(await AskAsync(client, "www.test", "/apix", token), Does.StartWith("404 "));

        // It is an answer like any other: the connection goes on.
        Assert.That(await AskAsync(client, "www.test", "/api", token), Is.EqualTo("200 api"));
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_environment_is_laid_over_the_file_and_a_setting_over_both(CancellationToken token)
    {
        // As written it would serve nobody, on either cluster.
        Write(rest: "app", app: "127.0.0.1:9", api: "127.0.0.1:${API_PORT}");
        var environment = new Dictionary<string, string>(LbCoreBinary.Environment)
        {
            ["API_PORT"] = _api!.Address.Split(':')[1],
            ["LBCORE__clusters__app__backends__one__address"] = _app!.Address,
            ["LBCORE__loops"] = "3",
        };

        await using var balancer = await LbCoreProcess.StartProgramAsync(
            LbCoreBinary.Path, ["run", "-c", ConfigPath, "--set", "loops=2"], environment);

        Assert.That(balancer.ReadyLine, Does.EndWith(" loops=2"));
        using var client = await WireClient.ConnectAsync(balancer, token);
        Assert.That(await AskAsync(client, "www.test", "/", token), Is.EqualTo("200 app"));
        Assert.That(await AskAsync(client, "www.test", "/api", token), Is.EqualTo("200 api"));
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_setting_changes_where_requests_go(CancellationToken token)
    {
        Write(rest: "app");
        await using var balancer = await LbCoreProcess.StartFileAsync(
            ConfigPath, "--log-level", "warning", "--set", "listeners.web.cluster=api", "--set", "listeners.web.routes=[]");
        using var client = await WireClient.ConnectAsync(balancer, token);

        Assert.That(await AskAsync(client, "www.test", "/", token), Is.EqualTo("200 api"));
        await balancer.StopAsync();

        // From the start to the end there was nothing to warn of.
        Assert.That(balancer.Error, Is.Empty);
    }

    [Test]
    public async Task An_address_in_use_is_exit_code_3_with_the_address()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var address = ((IPEndPoint)holder.LocalEndPoint!).ToString();
        Write(rest: "app");

        var result = await LbCoreProcess.RunAsync("run", "-c", ConfigPath, "--set", $"listeners.raw.address={address}");

        Assert.That(result.ExitCode, Is.EqualTo(CouldNotStart), result.Error);
        Assert.That(result.Error, Does.Contain($"The address {address} is in use by another process."));
        Assert.That(result.Output, Is.Empty);
    }

    /// <summary>Writes the file: a listener with routes and perhaps a cluster for the rest, another without, three clusters.</summary>
    private void Write(string? rest, string? app = null, string? api = null) => File.WriteAllText(
        ConfigPath,
        $$"""
        {
          // The order of the listeners is the order of the ready line.
          "listeners": {
            "web": {
              "address": "127.0.0.1:0",
              {{(rest is null ? "" : $"\"cluster\": \"{rest}\",")}}
              "routes": [
                { "hosts": ["api.test"], "cluster": "api" },
                { "pathPrefix": "/api", "cluster": "api" },
              ],
            },
            "raw": { "address": "127.0.0.1:0", "mode": "tcp", "cluster": "raw" },
          },
          "clusters": {
            "app": { "backends": { "one": "{{app ?? _app!.Address}}" } },
            "api": { "backends": { "one": { "address": "{{api ?? _api!.Address}}", "weight": 2 } } },
            "raw": { "backends": { "one": "{{_raw!.Address}}" } },
          },
        }
        """);

    /// <summary>Returns the status and the body.</summary>
    private static async Task<string> AskAsync(WireClient client, string host, string target, CancellationToken token)
    {
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n", token);
        using var response = await client.ReadWholeResponseAsync(token);
        Assert.That(response.End, Is.EqualTo(WireEnd.Whole), $"{response}");
        return $"{response.Status} {response.Text}";
    }

    private static async Task<string> ReadRawAsync(string address, CancellationToken token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address), token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(token);
    }
}
