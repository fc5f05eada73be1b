using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.RealServers;

/// <summary>The same clients ask an nginx with ip_hash and an lbcore in its place; both have the same servers behind them.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class IpHashTests(string engine)
{
    private static readonly int[] Weights = [5, 1, 2, 7];

    [Test]
    [CancelAfter(120_000)]
    public async Task In_mode_nginx_every_client_gets_the_server_that_nginx_gives_it(CancellationToken token)
    {
        int[] ports = [.. Weights.Select(static _ => FreePort.Next())];
        var front = FreePort.Next();
        await using var nginx = await NginxServer.StartAsync("a", $$"""
            upstream hashed { ip_hash; {{string.Join(' ', ports.Select(static (port, i) => $"server 127.0.0.1:{port} weight={Weights[i]};"))}} }
            server { listen 127.0.0.1:{{front}}; location / { proxy_pass http://hashed; } }
            {{string.Join('\n', ports.Select(static (port, i) => $$"""server { listen 127.0.0.1:{{port}}; location / { return 200 "server {{i}}"; } }"""))}}
            """);

        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("lbcore.json"), $$"""
            {
              "engine": "{{engine}}",
              "listeners": { "all": { "address": "127.0.0.1:0", "mode": "tcp", "cluster": "app" } },
              "clusters": {
                "app": {
                  "strategy": { "type": "ip-hash", "mode": "nginx" },
                  "backends": { {{string.Join(", ", ports.Select(static (port, i) => $$"""
                    "b{{i}}": { "address": "127.0.0.1:{{port}}", "weight": {{Weights[i]}} }
                    """))}} }
                }
              }
            }
            """, token);
        await using var balancer = await LbCoreProcess.StartFileAsync(folder.File("lbcore.json"));

        var expected = new List<string>();
        var actual = new List<string>();
        foreach (var client in Enumerable.Range(0, 300).Select(static i => IPAddress.Parse($"127.{i * 7 % 256}.{i * 31 % 256}.{(i % 250) + 2}")))
        {
            expected.Add($"{client}: {await AskAsync(client, new IPEndPoint(IPAddress.Loopback, front), token)}");
            actual.Add($"{client}: {await AskAsync(client, balancer.EndPoint, token)}");
        }

        await balancer.StopAsync();
        Assert.That(actual, Is.EqualTo(expected));
        Assert.That(expected.Select(static line => line[^1]).Distinct(), Is.EquivalentTo("0123"));
    }

    // All of 127.0.0.0/8 is this machine's, so a client can have any address in it.
    private static async Task<string> AskAsync(IPAddress client, EndPoint server, CancellationToken token)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(client, 0));
        await socket.ConnectAsync(server, token);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.0\r\n\r\n"), token);
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(token);
        return answer[(answer.LastIndexOf('\n') + 1)..];
    }
}
