using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.RealServers;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class FailoverTests(string engine)
{
    [Test]
    [CancelAfter(60_000)]
    public async Task After_a_backend_was_killed_its_connections_end_and_new_ones_go_to_the_other(CancellationToken cancellationToken)
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [first.Address, second.Address]);
        using var one = await balancer.ConnectAsync(cancellationToken);
        var victim = await PortOfBackendAsync(one, cancellationToken);
        using var two = await balancer.ConnectAsync(cancellationToken);
        var survivor = await PortOfBackendAsync(two, cancellationToken);
        Assert.That(new[] { victim, survivor }, Is.EquivalentTo(new[] { first.Port, second.Port }));

        await (victim == first.Port ? first : second).KillAsync();

        await one.WaitForEndAsync(cancellationToken);
        List<string> answers = [];
        for (var i = 0; i < 20; i++)
        {
            using var next = await balancer.ConnectAsync(cancellationToken);
            answers.Add(await PortOfBackendAsync(next, cancellationToken));
        }

        Assert.That(answers, Is.All.EqualTo(survivor));
        Assert.That(await PortOfBackendAsync(two, cancellationToken), Is.EqualTo(survivor), "The running connection goes on.");
        one.Dispose();
        two.Dispose();
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task With_every_backend_down_a_client_is_closed_and_the_process_goes_on(CancellationToken cancellationToken)
    {
        var redis = await RedisServer.StartAsync();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [redis.Address]);
        await redis.DisposeAsync();

        for (var i = 0; i < 10; i++)
        {
            await ConnectUntilClosedAsync(balancer, cancellationToken);
        }

        await balancer.StopAsync();
    }

    // The reset may come so soon that connecting itself reports it.
    private static async Task ConnectUntilClosedAsync(LbCoreProcess balancer, CancellationToken cancellationToken)
    {
        try
        {
            using var client = await balancer.ConnectAsync(cancellationToken);
            await client.WaitForEndAsync(cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // As good an end as any.
        }
    }

    // *2\r\n$4\r\nport\r\n$5\r\n20123\r\n
    private static async Task<string> PortOfBackendAsync(Socket socket, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync("*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$4\r\nport\r\n"u8.ToArray(), cancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[256];
        while (answer.ToString().Split("\r\n") is { Length: < 6 })
        {
            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            Assert.That(count, Is.GreaterThan(0), $"Redis closed after '{answer}'.");
            answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return answer.ToString().Split("\r\n")[4];
    }
}
