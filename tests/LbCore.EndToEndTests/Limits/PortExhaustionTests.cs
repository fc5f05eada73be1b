using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Limits;

/// <summary>Runs in a network namespace of its own, with a handful of ports to connect from.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class PortExhaustionTests(string engine)
{
    private const int Ports = 8;
    private const string BackendPort = "7001";
    private const string LowerTheRange = "ip link set lo up && echo 40000 40007 > /proc/sys/net/ipv4/ip_local_port_range";
    private const string RedisPidFile = "redis.pid";

    // Unix sockets reach across network namespaces, so the clients of the test can stay outside.
    [Test]
    [CancelAfter(120_000)]
    public async Task Without_free_ports_clients_are_closed_and_served_again_once_ports_are_free(CancellationToken cancellationToken)
    {
        var redis = Tool.Require("redis-server", "redis-server");
        var unshare = await RequireNamespacesAsync();
        using var folder = new TempFolder();
        var path = folder.File("lbcore.sock");
        var script = $"""
            {LowerTheRange} || exit 1
            "$@" >/dev/null 2>&1 &
            echo $! > "{folder.File(RedisPidFile)}"
            exec "{LbCoreBinary.Path}" proxy --mode tcp --engine {engine} --listen "unix:{path}" --backend 127.0.0.1:{BackendPort}
            """;
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            unshare, ["--net", "--map-root-user", "sh", "-c", script, "sh", redis, .. RedisServer.Arguments(BackendPort, folder.Path)]);
        try
        {
            await Eventually.TrueAsync(
                () => TryPingAsync(path, cancellationToken), TimeSpan.FromSeconds(20), $"Redis answers through lbcore. {balancer.Transcript}");
            List<Socket> held = [];
            var closed = 0;

            // Each one either holds a port or is closed; none may hang.
            for (var i = 0; i < Ports * 2; i++)
            {
                var client = await ConnectAsync(path, cancellationToken);
                if (await PingAsync(client, cancellationToken))
                {
                    held.Add(client);
                }
                else
                {
                    closed++;
                    client.Dispose();
                }
            }

            Assert.That(held, Has.Count.InRange(1, Ports));
            Assert.That(closed, Is.GreaterThanOrEqualTo(Ports));
            foreach (var client in held)
            {
                Assert.That(await PingAsync(client, cancellationToken), Is.True, "What runs goes on.");
            }

            held.ForEach(client => client.Dispose());
            await Eventually.TrueAsync(
                () => TryPingAsync(path, cancellationToken), TimeSpan.FromSeconds(90), $"ports are free again. {balancer.Transcript}");
            await balancer.StopAsync();
        }
        finally
        {
            var pid = await File.ReadAllTextAsync(folder.File(RedisPidFile), CancellationToken.None);
            Signal.Send(int.Parse(pid, CultureInfo.InvariantCulture), Signal.Kill);
        }
    }

    private static async Task<string> RequireNamespacesAsync()
    {
        var unshare = Tool.Require("unshare", "util-linux");
        Tool.Require("ip", "iproute2");
        var result = await Command.RunAsync(unshare, "--net", "--map-root-user", "sh", "-c", LowerTheRange);
        if (result.ExitCode != 0)
        {
            Assert.Ignore($"network namespaces are not allowed here: {result.Error.Trim()}");
        }

        return unshare;
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return socket;
    }

    private static async Task<bool> TryPingAsync(string path, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(path, cancellationToken);
        return await PingAsync(client, cancellationToken);
    }

    /// <summary>Returns whether Redis answered; false when the connection was closed instead.</summary>
    private static async Task<bool> PingAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAllAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var answer = new byte["+PONG\r\n".Length];
            await client.ReceiveExactlyAsync(answer, cancellationToken);
            return answer.AsSpan().SequenceEqual("+PONG\r\n"u8);
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException)
        {
            return false;
        }
    }
}
