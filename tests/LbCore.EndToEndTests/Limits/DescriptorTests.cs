using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Limits;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class DescriptorTests(string engine)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Test]
    [CancelAfter(120_000)]
    public async Task Ten_thousand_connections_in_a_row_leave_no_descriptor_behind(CancellationToken cancellationToken)
    {
        const int WarmUp = 50;
        const int Connections = 10_000;

        // Assemblies that are loaded late and threads of the pool.
        const int RuntimesOwn = 32;
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);
        await ConnectInARowAsync(balancer, WarmUp, cancellationToken);
        var before = await RestAsync(balancer);

        await ConnectInARowAsync(balancer, Connections, cancellationToken);

        await Eventually.TrueAsync(
            () => ProcessStatus.Descriptors(balancer.Id).Sockets <= before.Sockets,
            Soon,
            $"from {ProcessStatus.Descriptors(balancer.Id)} back to {before} descriptors");
        Assert.That(ProcessStatus.Descriptors(balancer.Id).All, Is.LessThanOrEqualTo(before.All + RuntimesOwn));
        Assert.That(backend.Accepted, Is.EqualTo(WarmUp + Connections));
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Without_free_descriptors_running_connections_go_on_and_accepting_resumes(CancellationToken cancellationToken)
    {
        // The runtime alone takes a bit over a hundred, and every connection two: the limit is reached on the way.
        const int Limit = 256;
        const int Clients = 128;
        var prlimit = Tool.Require("prlimit", "util-linux");
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            prlimit,
            [
                string.Create(CultureInfo.InvariantCulture, $"--nofile={Limit}:{Limit}"),
                LbCoreBinary.Path, "proxy", "--mode", "tcp", "--listen", "127.0.0.1:0", "--backend", backend.Address, "--engine", engine,
            ]);
        var clients = Enumerable.Range(0, Clients).Select(_ => ConnectAndPingAsync(balancer, cancellationToken)).ToList();
        await RestAsync(balancer);
        var served = clients.FindAll(client => client.IsCompleted);

        Assert.That(served, Has.Count.InRange(1, Clients - 1), balancer.Transcript);
        for (var i = 0; i < 100; i++)
        {
            foreach (var client in served)
            {
                await (await client).PingAsync(cancellationToken);
            }
        }

        // Those that waited are served as connections end, every one of them: nobody is reset for want of a descriptor.
        for (var left = clients.ToList(); left.Count > 0;)
        {
            var next = await Task.WhenAny(left).WaitAsync(cancellationToken);
            left.Remove(next);
            (await next).Dispose();
        }

        using (var late = await ConnectAndPingAsync(balancer, cancellationToken))
        {
            await late.PingAsync(cancellationToken);
        }

        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Idle_clients_leave_descriptors_for_the_backends_of_others(CancellationToken cancellationToken)
    {
        const int Limit = 256;
        const int Clients = 300;
        var prlimit = Tool.Require("prlimit", "util-linux");
        await using var backend = SocketBackend.Start(AnswerAsync);
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            prlimit,
            [
                string.Create(CultureInfo.InvariantCulture, $"--nofile={Limit}:{Limit}"),
                LbCoreBinary.Path, "proxy", "--listen", "127.0.0.1:0", "--backend", backend.Address, "--engine", engine,
            ]);

        // They all come before any of them asks for anything; who finds no room waits in the backlog.
        var clients = new List<Socket>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await balancer.ConnectAsync(cancellationToken));
        }

        await RestAsync(balancer);
        var answers = clients.ConvertAll(client => AskAsync(client, cancellationToken));
        await RestAsync(balancer);
        Assert.That(answers.Count(static answer => answer.IsCompleted), Is.InRange(1, Clients - 1), balancer.Transcript);

        // One after the other leaves, and the next is served: all of them, none refused.
        for (var left = answers.ToList(); left.Count > 0;)
        {
            var next = await Task.WhenAny(left).WaitAsync(cancellationToken);
            left.Remove(next);
            Assert.That(await AnswerOfAsync(next), Does.StartWith("HTTP/1.1 200 "), balancer.Transcript);
            clients[answers.IndexOf(next)].Dispose();
        }

        await balancer.StopAsync();
    }

    private static async Task<string> AskAsync(Socket client, CancellationToken cancellationToken)
    {
        await client.SendAllAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), cancellationToken);
        var head = new byte[16];
        await client.ReceiveExactlyAsync(head, cancellationToken);
        return Encoding.ASCII.GetString(head);
    }

    // A client that was closed says less than what the balancer wrote about it.
    private static async Task<string> AnswerOfAsync(Task<string> asked)
    {
        try
        {
            return await asked;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return exception.ToString();
        }
    }

    private static async Task AnswerAsync(Socket socket, CancellationToken cancellationToken)
    {
        var request = new byte[4096];
        while (await socket.ReceiveAsync(request, cancellationToken) > 0)
        {
            await socket.SendAllAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), cancellationToken);
        }
    }

    /// <summary>Returns a connection that the echo has answered on.</summary>
    private static async Task<Socket> ConnectAndPingAsync(LbCoreProcess balancer, CancellationToken cancellationToken)
    {
        var client = await balancer.ConnectAsync(cancellationToken);
        try
        {
            await client.PingAsync(cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task ConnectInARowAsync(LbCoreProcess balancer, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            using var client = await balancer.ConnectAsync(cancellationToken);
            await client.PingAsync(cancellationToken);
        }
    }

    // What connects and closes is seen a moment later on the other side; at rest the figures stand still.
    private static async Task<(int All, int Sockets)> RestAsync(LbCoreProcess balancer)
    {
        var last = (All: -1, Sockets: -1);
        await Eventually.TrueAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500));
                var now = ProcessStatus.Descriptors(balancer.Id);
                var resting = now.Sockets == last.Sockets;
                last = now;
                return resting;
            },
            Soon,
            "the descriptors come to rest");
        return last;
    }
}
