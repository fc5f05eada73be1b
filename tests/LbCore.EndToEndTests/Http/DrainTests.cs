using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>A balancer that is told to stop in the middle of its work: what it has begun it ends, and nothing is broken.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class DrainTests(string engine)
{
    private const int Clients = 200;
    private const int Large = 300_000;

    private TempFolder? _folder;
    private WorkServer? _backend;
    private LbCoreProcess? _balancer;

    private string Journal => _folder!.File("journal");

    private LbCoreProcess Balancer => _balancer!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _backend = await WorkServer.StartAsync(Journal);

        // So long that no test passes because the rest was cut off.
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_backend.Address], "--shutdown-timeout", "1d");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await (_balancer?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_backend?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder?.Dispose();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_runs_ends_well_and_what_is_idle_is_closed(CancellationToken token)
    {
        var ready = new Meeting(Clients + 1);
        var idleClosed = new Meeting((Clients / 5) + 1);
        var clients = Crowd.RunAsync(Clients, (number, end) => number % 5 == 0 ? IdleAsync(number, end) : WorkAsync(number, end), token);
        await Task.WhenAny(ready.JoinAsync(token), clients);
        await WorkServer.TakenAsync(Journal, Clients);
        Balancer.Send(Signal.Terminate);

        // While the others are still at work.
        await Task.WhenAny(idleClosed.JoinAsync(token), clients);
        await Eventually.TrueAsync(() => RefusesAsync(token), Eventually.DefaultDeadline, "nothing new is taken");
        await _backend!.AnswerAsync(fromNowOn: true, token);
        await clients;
        Assert.That(await Balancer.WaitAsync(), Is.Zero, Balancer.Transcript);

        async Task IdleAsync(int number, CancellationToken end)
        {
            using var client = await WireClient.ConnectAsync(Balancer, end);
            await client.SendRequestAsync($"GET /whole/length/{number}/100", end);
            using var response = await client.ReadWholeResponseAsync(end);
            Assert.That((response.Status, response.Body), Is.EqualTo((200, WorkServer.Expected($"{number}", 100))), $"{response}");
            await ready.JoinAsync(end);
            Assert.That(await client.EndsInOrderAsync(end), Is.True);
            await idleClosed.JoinAsync(end);
        }

        async Task WorkAsync(int number, CancellationToken end)
        {
            var how = number % 2 == 0 ? "half" : "held";
            var framing = (number % 3) switch { 0 => "length", 1 => "chunked", _ => "close" };
            var version = number % 4 == 0 ? "HTTP/1.0" : "HTTP/1.1";
            using var client = await WireClient.ConnectAsync(Balancer, end);
            using var body = new ContentStream((ulong)number, number % 7 == 0 ? Large : 0);
            await client.SendAsync(
                $"POST /{how}/{framing}/{number}/{Large} {version}\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n", end);
            await client.SendBodyAsync(body, chunked: false, end, upTo: body.Length / 2);
            var reading = client.ReadResponseAsync(end);
            if (how == "half")
            {
                await (await reading).ReceiveAsync(Large / 2, end);
            }

            await ready.JoinAsync(end);
            await client.SendBodyAsync(body, chunked: false, end);
            using var response = await reading;
            await response.ReceiveAsync(end);
            Assert.That(
                (response.Status, response.End, response.Body),
                Is.EqualTo((200, WireEnd.Whole, WorkServer.Expected($"{number}", Large))),
                $"{number}: {response}");
            if (how == "held")
            {
                Assert.That(response.Field("Connection"), Is.EqualTo("close"), "The head came after the stop.");
            }

            Assert.That(await client.EndsInOrderAsync(end), Is.True, "It was the last response.");
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Under_load_every_request_that_a_backend_has_taken_on_is_answered(CancellationToken token)
    {
        var answered = new ConcurrentDictionary<string, bool>();
        var clients = Crowd.RunAsync(Clients, WorkAsync, token);
        await Eventually.TrueAsync(
            () => answered.Count >= 5 * Clients || clients.IsCompleted, TimeSpan.FromSeconds(30), "requests are answered");
        Balancer.Send(Signal.Terminate);
        await clients;
        Assert.That(await Balancer.WaitAsync(), Is.Zero, Balancer.Transcript);
        Assert.That(WorkServer.Read(Journal).Select(static line => line.Key.Split(' ')[1]).Except(answered.Keys), Is.Empty);

        // A client goes on until it is turned away, which may hit a request that nobody has taken on yet.
        async Task WorkAsync(int number, CancellationToken end)
        {
            for (var connection = 0; await TryConnectAsync(end) is { } client; connection++)
            {
                using var owned = client;
                for (var i = 0; ; i++)
                {
                    var id = $"{number}x{connection}x{i}";
                    var length = i % 3 == 0 ? Large : 100;
                    if (!await AnsweredAsync(client, $"GET /whole/{(i % 2 == 0 ? "length" : "chunked")}/{id}/{length}", id, length, end))
                    {
                        break;
                    }
                }
            }
        }

        // Returns whether the connection may be used again.
        async Task<bool> AnsweredAsync(WireClient client, string line, string id, int length, CancellationToken end)
        {
            try
            {
                await client.SendRequestAsync(line, end);
            }
            catch (SocketException)
            {
                return false;
            }

            using var response = await client.ReadWholeResponseAsync(end);
            if (!response.HasBegun)
            {
                return false;
            }

            Assert.That(
                (response.Status, response.End, response.Body),
                Is.EqualTo((200, WireEnd.Whole, WorkServer.Expected(id, length))),
                $"{id}: {response}");
            answered[id] = true;
            return response.Field("Connection") != "close";
        }
    }

    private async Task<bool> RefusesAsync(CancellationToken token)
    {
        using var client = await TryConnectAsync(token);
        return client is null;
    }

    private async Task<WireClient?> TryConnectAsync(CancellationToken token)
    {
        try
        {
            return await WireClient.ConnectAsync(Balancer, token);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
