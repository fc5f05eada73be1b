using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Relaying;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class ByteExactTests(string engine)
{
    private const long Gibibyte = 1024L * 1024 * 1024;
    private const ulong Up = 1;
    private const ulong Down = 2;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    [TestCase(65_537)]
    [TestCase(1024 * 1024)]
    [CancelAfter(60_000)]
    public Task Both_ways_at_once(long length, CancellationToken cancellationToken) => ExchangeAsync(length, length, cancellationToken);

    [TestCase(0, 1024 * 1024)]
    [TestCase(1024 * 1024, 0)]
    [CancelAfter(60_000)]
    public Task One_way_only(long up, long down, CancellationToken cancellationToken) => ExchangeAsync(up, down, cancellationToken);

    [Test]
    [CancelAfter(180_000)]
    public Task One_gibibyte_both_ways_at_once(CancellationToken cancellationToken) =>
        ExchangeAsync(Gibibyte, Gibibyte, cancellationToken);

    [Test]
    [CancelAfter(180_000)]
    public async Task A_thousand_connections_at_once_each_with_its_own_content(CancellationToken cancellationToken)
    {
        const int Connections = 1000;
        const int HeaderLength = 16;
        const int MaxLength = 256 * 1024;
        const int Seed = 20261124;
        var random = new Random(Seed);
        var received = new ConcurrentDictionary<ulong, ContentSummary>();

        // The header says who the client is and how much it wants to get.
        await using var backend = SocketBackend.Start(async (socket, token) =>
        {
            var header = new byte[HeaderLength];
            await socket.ReceiveExactlyAsync(header, token);
            var id = BinaryPrimitives.ReadUInt64LittleEndian(header);
            var sending = Content.SendAsync(socket, id + Connections, BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(8)), token);
            received[id] = await Content.ReceiveAsync(socket, token);
            await sending;
        });
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);
        var plans = Enumerable.Range(0, Connections)
            .Select(id => (Id: (ulong)id, Up: random.Next(MaxLength), Down: random.Next(MaxLength)))
            .ToArray();

        var answers = await Task.WhenAll(plans.Select(async plan =>
        {
            using var client = await balancer.ConnectAsync(cancellationToken);
            var header = new byte[HeaderLength];
            BinaryPrimitives.WriteUInt64LittleEndian(header, plan.Id);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), plan.Down);
            await client.SendAllAsync(header, cancellationToken);
            var sending = Content.SendAsync(client, plan.Id, plan.Up, cancellationToken);
            var answer = await Content.ReceiveAsync(client, cancellationToken);
            await sending;
            return answer;
        }));

        List<ulong> wrong = [];
        foreach (var (plan, answer) in plans.Zip(answers))
        {
            // The backend's own bookkeeping ends with its connection, a moment after the client's last byte.
            await Eventually.TrueAsync(() => received.ContainsKey(plan.Id), TimeSpan.FromSeconds(20), $"connection {plan.Id} ends");
            if (answer != Content.Summarize(plan.Id + Connections, plan.Down) || received[plan.Id] != Content.Summarize(plan.Id, plan.Up))
            {
                wrong.Add(plan.Id);
            }
        }

        Assert.That(wrong, Is.Empty, $"seed {Seed}");
        await balancer.StopAsync();
    }

    private async Task ExchangeAsync(long up, long down, CancellationToken cancellationToken)
    {
        var atBackend = new TaskCompletionSource<(ContentSummary Received, ContentSummary Sent)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = SocketBackend.Start(async (socket, token) =>
        {
            var sending = Content.SendAsync(socket, Down, down, token);
            var received = await Content.ReceiveAsync(socket, token);
            atBackend.TrySetResult((received, await sending));
        });
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);
        using var client = await balancer.ConnectAsync(cancellationToken);

        var sending = Task.Run(() => Content.SendAsync(client, Up, up, cancellationToken), cancellationToken);
        var fromBackend = await Content.ReceiveAsync(client, cancellationToken);
        var sent = await sending;
        var (fromClient, sentBack) = await atBackend.Task.WaitAsync(cancellationToken);

        Assert.That((sent.Length, sentBack.Length), Is.EqualTo((up, down)));
        Assert.That(fromClient, Is.EqualTo(sent));
        Assert.That(fromBackend, Is.EqualTo(sentBack));
        await balancer.StopAsync();
    }
}
