using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>One of two backends is killed while it is at work: every answer is the right one, or shows that it is none.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class KilledBackendTests(string engine)
{
    private const int Clients = 20;
    private const int Large = 200_000;

    private TempFolder? _folder;
    private WorkServer? _victim;
    private WorkServer? _survivor;
    private LbCoreProcess? _balancer;

    private string Journal => _folder!.File("journal");

    private WorkServer Victim => _victim!;

    private WorkServer Survivor => _survivor!;

    private LbCoreProcess Balancer => _balancer!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        var starting = (WorkServer.StartAsync(Journal), WorkServer.StartAsync(Journal));
        _victim = await starting.Item1;
        _survivor = await starting.Item2;

        // One loop has one pool for each backend, so that the test knows which requests go over used connections.
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_victim.Address, _survivor.Address], "--loops", "1");
    }

    [TearDown]
    public async Task StopAsync()
    {
        try
        {
            if (_balancer is not null)
            {
                await _balancer.StopAsync();
            }
        }
        finally
        {
            await DisposeAsync(_balancer);
            await DisposeAsync(_victim);
            await DisposeAsync(_survivor);
            _folder?.Dispose();
        }
    }

    // Where bytes of the request are unread, the kernel resets the dead backend's connection; otherwise it sends FIN,
    // which until-close cannot tell from the end of a body.
    [TestCase("length", "HTTP/1.1", 0)]
    [TestCase("length", "HTTP/1.1", 4_000_000)]
    [TestCase("chunked", "HTTP/1.1", 0)]
    [TestCase("chunked", "HTTP/1.1", 4_000_000)]
    [TestCase("chunked", "HTTP/1.0", 0)]
    [TestCase("close", "HTTP/1.1", 4_000_000)]
    [TestCase("close", "HTTP/1.0", 4_000_000)]
    [CancelAfter(60_000)]
    public async Task A_response_that_was_cut_off_never_looks_whole(string framing, string version, int upload, CancellationToken token)
    {
        var halfway = new Meeting(Clients + 1);
        var ends = new WireEnd[Clients];
        var clients = Crowd.RunAsync(Clients, AskAsync, token);
        await halfway.JoinAsync(token);
        await Victim.KillAsync();
        await Survivor.AnswerAsync(fromNowOn: true, token);
        await clients;
        Assert.That(ends.Count(static end => end == WireEnd.Whole), Is.EqualTo(Clients / 2), string.Join(' ', ends));

        async Task AskAsync(int number, CancellationToken end)
        {
            var id = number.ToString(CultureInfo.InvariantCulture);
            using var client = await WireClient.ConnectAsync(Balancer, end);
            await client.SendAsync($"POST /half/{framing}/{id}/{Large} {version}\r\nHost: h\r\nContent-Length: {upload}\r\n\r\n", end);
            var sending = UploadAsync(client, upload, end);
            using var response = await client.ReadResponseAsync(end);
            await response.ReceiveAsync(Large / 2, end);
            Assert.That((response.Status, response.Received), Is.EqualTo((200, Large / 2)), $"{response}");
            await halfway.JoinAsync(end);
            await response.ReceiveAsync(end);
            ends[number] = response.End;
            var length = response.End == WireEnd.Whole ? Large : Large / 2;
            Assert.That(response.Body, Is.EqualTo(WorkServer.Expected(id, length)), $"{response}");
            client.Dispose();
            await sending;
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_was_not_answered_is_sent_again_where_that_is_safe_and_never_where_it_is_not(CancellationToken token)
    {
        string[] methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        var clients = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await WireClient.ConnectAsync(Balancer, token));
        }

        // As many backend connections as there are clients, all of them used once.
        await Task.WhenAll(clients.Select((client, number) => client.SendRequestAsync($"GET /held/length/first{number}/10", token)));
        await WorkServer.TakenAsync(Journal, Clients);
        await Victim.AnswerAsync(fromNowOn: false, token);
        await Survivor.AnswerAsync(fromNowOn: false, token);
        await Task.WhenAll(clients.Select((client, number) => AssertAnswerAsync(client, $"first{number}", 10, token)));

        // One by one, so that backends take turns and each gets every method.
        for (var number = 0; number < Clients; number++)
        {
            var body = MethodOf(number) is "GET" or "DELETE" ? "\r\n" : "Content-Length: 4\r\n\r\nbody";
            await clients[number].SendAsync($"{MethodOf(number)} /held/length/second{number}/{Large} HTTP/1.1\r\nHost: h\r\n{body}", token);
            await WorkServer.TakenAsync(Journal, Clients + number + 1);
        }

        // A process that is killed listens a moment longer than its connections live, and one that takes a request in that
        // moment fails it: once more is all that a backend gets.
        await Victim.RefuseAsync(token);
        await Victim.KillAsync();
        await Survivor.AnswerAsync(fromNowOn: true, token);

        var failed = new List<string>();
        for (var number = 0; number < Clients; number++)
        {
            using var response = await clients[number].ReadWholeResponseAsync(token);
            Assert.That(response.End, Is.EqualTo(WireEnd.Whole), $"{MethodOf(number)}: {response}");
            if (response.Status == 502)
            {
                failed.Add(MethodOf(number));
                continue;
            }

            var expected = WorkServer.Expected($"second{number}", Large);
            Assert.That((response.Status, response.Body), Is.EqualTo((200, expected)), $"{MethodOf(number)}: {response}");
        }

        var once = Clients / 2 / methods.Length;
        Assert.That(failed, Is.EquivalentTo(Enumerable.Repeat("POST", once).Concat(Enumerable.Repeat("PATCH", once))));
        var journal = WorkServer.Read(Journal);
        var times = Enumerable.Range(0, Clients).Select(number => journal[$"{MethodOf(number)} second{number}"].Count()).ToArray();
        Assert.That(times.Sum(), Is.EqualTo(Clients + (3 * once)), "GET, PUT and DELETE at the victim went out once more.");
        Assert.That(times.Where((_, number) => MethodOf(number) is "POST" or "PATCH"), Is.All.EqualTo(1));

        // The answer that there is none has not cost anybody the connection.
        await Task.WhenAll(clients.Select(async (client, number) =>
        {
            await client.SendRequestAsync($"GET /whole/chunked/third{number}/10", token);
            await AssertAnswerAsync(client, $"third{number}", 10, token);
            client.Dispose();
        }));

        // Backends alternate, so the method changes with every second client.
        string MethodOf(int number) => methods[number / 2 % methods.Length];
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Under_load_every_answer_is_the_right_one_or_shows_that_it_is_none(CancellationToken token)
    {
        const int kills = 2;
        const int between = 300;
        var answered = 0;
        var failed = 0;
        var enough = false;
        var load = Crowd.RunAsync(Clients, WorkAsync, token);
        for (var i = 0; i < kills; i++)
        {
            await AnsweredAsync(between);
            await Victim.KillAsync();
            await AnsweredAsync(between);
            await Victim.RestartAsync();
        }

        await AnsweredAsync(between);
        Volatile.Write(ref enough, true);
        await load;

        // Each client has one request under way when its backend dies.
        Assert.That(failed, Is.LessThanOrEqualTo(kills * Clients));
        var journal = WorkServer.Read(Journal);
        Assert.That(journal.Where(static line => line.Key.StartsWith("POST", StringComparison.Ordinal) && line.Count() > 1), Is.Empty);

        async Task WorkAsync(int number, CancellationToken end)
        {
            WireClient? client = null;
            for (var i = 0; !Volatile.Read(ref enough); i++)
            {
                client ??= await WireClient.ConnectAsync(Balancer, end);
                using var response = await AskAsync(client, $"{number}x{i}", i, end);
                Interlocked.Increment(ref response.Status == 200 && response.End == WireEnd.Whole ? ref answered : ref failed);
                if (response.End != WireEnd.Whole || response.Field("Connection") == "close")
                {
                    client.Dispose();
                    client = null;
                }
            }

            client?.Dispose();
        }

        Task AnsweredAsync(int more)
        {
            var wanted = Volatile.Read(ref answered) + more;
            return Eventually.TrueAsync(
                () => Volatile.Read(ref answered) >= wanted || load.IsCompleted, TimeSpan.FromSeconds(30), "requests are answered");
        }
    }

    private static ValueTask DisposeAsync(IAsyncDisposable? disposable) => disposable?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<WireResponse> AskAsync(WireClient client, string id, int turn, CancellationToken token)
    {
        int[] lengths = [0, 100, 65_536, 1_000_000];
        var length = lengths[turn % lengths.Length];
        var framing = turn / lengths.Length % 2 == 0 ? "length" : "chunked";
        var target = $"/whole/{framing}/{id}/{length} HTTP/1.1\r\nHost: h\r\n";
        await client.SendAsync(turn % 3 == 0 ? $"POST {target}Content-Length: 4\r\n\r\nbody" : $"GET {target}\r\n", token);
        var response = await client.ReadWholeResponseAsync(token);
        Assert.That(response.Status, Is.EqualTo(200).Or.EqualTo(502).Or.EqualTo(response.HasBegun ? 200 : 0), $"{id}: {response}");
        if (response.Status == 200)
        {
            var expected = WorkServer.Expected(id, response.End == WireEnd.Whole ? length : response.Received);
            Assert.That(response.Body, Is.EqualTo(expected), $"{id}: {response}");
        }

        return response;
    }

    private static async Task AssertAnswerAsync(WireClient client, string id, int length, CancellationToken token)
    {
        using var response = await client.ReadWholeResponseAsync(token);
        Assert.That(
            (response.Status, response.End, response.Body),
            Is.EqualTo((200, WireEnd.Whole, WorkServer.Expected(id, length))),
            $"{id}: {response}");
    }

    private static async Task UploadAsync(WireClient client, long length, CancellationToken token)
    {
        using var body = new ContentStream(seed: 1, length);
        try
        {
            await client.SendBodyAsync(body, chunked: false, token);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Nobody takes the rest of it any more.
        }
    }
}
