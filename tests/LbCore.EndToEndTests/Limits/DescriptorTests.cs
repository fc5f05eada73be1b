using System;
using System.Globalization;
using System.Linq;
using System.Net.Sockets;
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
