using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>
/// What has come is passed on at once, however little it is. Each piece is sent only when the one before has arrived: what
/// waited for more would wait for ever.
/// </summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpStreamingTests
{
    private const int Events = 20;
    private const string Event = "data: x\n\n";

    private readonly EngineCase _engine;

    public HttpStreamingTests(EngineCase engine) => _engine = engine;

    [TestCase("1.1", "Transfer-Encoding: chunked\r\n", "9\r\ndata: x\n\n\r\n", "9\r\ndata: x\n\n\r\n")]
    [TestCase("1.0", "Transfer-Encoding: chunked\r\n", "9\r\ndata: x\n\n\r\n", Event)]
    [TestCase("1.1", "Content-Length: 1000000\r\n", Event, Event)]
    [TestCase("1.1", "", Event, Event)]
    [TestCase("1.0", "", Event, Event)]
    [CancelAfter(30_000)]
    public async Task An_event_arrives_before_the_next_one_happens(string version, string framing, string sent, string expected, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync($"GET / HTTP/{version}\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Type: text/event-stream\r\n{framing}\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Does.Contain("text/event-stream"), "the head comes before any event");
            for (var i = 0; i < Events; i++)
            {
                await backend.SendAsync(sent);
                Assert.That(await pair.Client.ReadTextAsync(expected.Length), Is.EqualTo(expected));
            }
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_part_of_a_chunk_arrives_before_the_rest_of_it(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n");
            await pair.Client.ReadHeadAsync();
            for (var i = 0; i < Events; i++)
            {
                await backend.SendAsync(Event);
                Assert.That(await pair.Client.ReadTextAsync(14), Is.EqualTo($"9\r\n{Event}\r\n"));
            }
        }
    }

    [TestCase("Transfer-Encoding: chunked\r\n", "9\r\ndata: x\n\n\r\n")]
    [TestCase("Content-Length: 1000000\r\n", Event)]
    [CancelAfter(30_000)]
    public async Task A_piece_of_a_request_arrives_before_the_next_one_is_sent(string framing, string sent, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync($"POST / HTTP/1.1\r\nHost: h\r\n{framing}\r\n");
        using (backend)
        {
            for (var i = 0; i < Events; i++)
            {
                await pair.Client.SendAsync(sent);
                Assert.That(await backend.ReadTextAsync(sent.Length), Is.EqualTo(sent));
            }
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_talk_over_one_request_and_its_response_goes_word_by_word(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            for (var i = 0; i < Events; i++)
            {
                await pair.Client.SendAsync("1\r\n?\r\n");
                Assert.That(await backend.ReadTextAsync(6), Is.EqualTo("1\r\n?\r\n"));
                await backend.SendAsync("1\r\n!\r\n");
                Assert.That(await pair.Client.ReadTextAsync(6), Is.EqualTo("1\r\n!\r\n"));
            }
        }
    }
}
