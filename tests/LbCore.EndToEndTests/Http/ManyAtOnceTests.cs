using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>A thousand clients at once, each with bytes of its own: none ever sees another's.</summary>
[TestFixtureSource(nameof(Fixtures))]
internal sealed class ManyAtOnceTests(string engine, string kind)
{
    private const int Clients = 1000;
    private const int Rounds = 2;

    // Both directions of every client hold a receive buffer at most (docs/operations.md, "Limits"); the rest is the
    // program, and what a thousand connections need besides.
    private const long MaxPeakKiB = (Clients * 2 * 68) + (64 * 1024);

    private static readonly long[] Sizes = [0, 1, 4095, 4096, 20_000, 65_536, 69_632, 150_000, 300_000];
    private static readonly int[] PieceSizes = [1000, 4096, 16_384, 65_536];

    private HttpBackend? _backend;
    private LbCoreProcess? _balancer;

    // Each engine, and each kind of backend.
    private static object[] Fixtures =>
    [
        new object[] { Engines.Epoll, HttpBackend.Kestrel },
        new object[] { Engines.Epoll, HttpBackend.Node },
        new object[] { Engines.Managed, HttpBackend.Kestrel },
    ];

    private LbCoreProcess Balancer => _balancer!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await HttpBackend.StartAsync(kind);

        // A thousand dials at once may overflow a backend's backlog, and the kernel tries again only after seconds.
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_backend.Address], "--connect-timeout", "1m");
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
    [CancelAfter(120_000)]
    public async Task Each_client_gets_its_own_bytes_in_bounded_memory(CancellationToken token)
    {
        var meeting = new Meeting(Clients);
        await Crowd.RunAsync(Clients, TalkAsync, token);
        await AssertMemoryIsBoundedAsync();

        async Task TalkAsync(int number, CancellationToken end)
        {
            using var client = await ConnectAsync(number, end);

            // Nobody goes on before all are in the middle of an exchange.
            await EchoAsync(client, number, round: 0, size: 40_000, () => meeting.JoinAsync(end), end);
            for (var round = 1; round <= Rounds; round++)
            {
                var size = Sizes[(number + round) % Sizes.Length];
                await EchoAsync(client, number, round, size, static () => Task.CompletedTask, end);
                await HashAsync(client, number, round, size, end);
                await FieldsAsync(client, number, round, end);
            }
        }
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Clients_that_break_off_leave_nothing_behind_for_the_others(CancellationToken token)
    {
        var meeting = new Meeting(Clients);
        await Crowd.RunAsync(Clients, (number, end) => number % 2 == 0 ? StayAsync(number, end) : BreakOffAsync(number, end), token);
        await AssertMemoryIsBoundedAsync();

        async Task StayAsync(int number, CancellationToken end)
        {
            using var client = await ConnectAsync(number, end);
            await EchoAsync(client, number, round: 0, size: 300_000, () => meeting.JoinAsync(end), end);
            for (var round = 1; round <= Rounds; round++)
            {
                await EchoAsync(client, number, round, Sizes[(number + round) % Sizes.Length], static () => Task.CompletedTask, end);
            }
        }

        async Task BreakOffAsync(int number, CancellationToken end)
        {
            for (var round = 0; round <= Rounds; round++)
            {
                using var client = await ConnectAsync(number, end);
                using var body = new ContentStream(Seed(number, round), 300_000);
                var chunked = IsChunked(number, round);
                await client.SendHeadAsync("POST /echo", body, chunked, end);
                var sending = client.SendBodyAsync(body, chunked, end, upTo: body.Length / 2);
                using var response = await client.ReadResponseAsync(end);
                await response.ReceiveAsync(1, end);
                await sending;
                if (round == 0)
                {
                    await meeting.JoinAsync(end);
                }

                client.Reset();
            }
        }
    }

    private static async Task EchoAsync(WireClient client, int number, int round, long size, Func<Task> midway, CancellationToken token)
    {
        var chunked = IsChunked(number, round);
        using var body = new ContentStream(Seed(number, round), size);
        await client.SendHeadAsync("POST /echo", body, chunked, token);

        // Half of it comes back although the request goes on. Too little to be halved goes out at once.
        var half = size / 2;
        var sending = client.SendBodyAsync(body, chunked, token, upTo: half == 0 ? size : half);
        using var response = await client.ReadResponseAsync(token);
        await response.ReceiveAsync(half, token);
        await sending;
        await midway();
        sending = body.IsEnded ? Task.CompletedTask : client.SendBodyAsync(body, chunked, token);
        await response.ReceiveAsync(token);
        await sending;
        Assert.That(response.Status, Is.EqualTo(200), $"{response}");
        Assert.That(
            (response.End, response.Body), Is.EqualTo((WireEnd.Whole, body.Summary)), $"client {number}, round {round}, {size} bytes");
    }

    private static async Task HashAsync(WireClient client, int number, int round, long size, CancellationToken token)
    {
        var chunked = !IsChunked(number, round);
        using var body = new ContentStream(~Seed(number, round), size);
        await client.SendHeadAsync("POST /hash", body, chunked, token);
        await client.SendBodyAsync(body, chunked, token);
        using var response = await client.ReadWholeResponseAsync(token);
        Assert.That(
            (response.Status, response.End, response.Text),
            Is.EqualTo((200, WireEnd.Whole, body.Summary.Hash)),
            $"client {number}, round {round}, {size} bytes");
    }

    private static async Task FieldsAsync(WireClient client, int number, int round, CancellationToken token)
    {
        var mine = string.Create(CultureInfo.InvariantCulture, $"X-Client: {number}/{round}");
        await client.SendAsync($"GET /fields HTTP/1.1\r\nHost: h\r\n{mine}\r\n\r\n", token);
        using var response = await client.ReadWholeResponseAsync(token);
        Assert.That((response.Status, response.End), Is.EqualTo((200, WireEnd.Whole)), $"{response}");
        Assert.That(response.Text.Split('\n'), Has.One.StartsWith("X-Client:").And.One.EqualTo(mine), $"client {number}, round {round}");
    }

    private static ulong Seed(int number, int round) => ((ulong)(number + 1) << 32) | (uint)round;

    private static bool IsChunked(int number, int round) => ((number / Sizes.Length) + round) % 2 == 0;

    private async Task<WireClient> ConnectAsync(int number, CancellationToken token)
    {
        var client = await WireClient.ConnectAsync(Balancer, token);
        client.PieceSize = PieceSizes[number % PieceSizes.Length];
        return client;
    }

    private async Task AssertMemoryIsBoundedAsync()
    {
        var peak = ProcessStatus.PeakResidentKiB(Balancer.Id);
        await TestContext.Out.WriteLineAsync($"{peak} KiB resident at the most");
        Assert.That(peak, Is.LessThan(MaxPeakKiB));
    }
}
