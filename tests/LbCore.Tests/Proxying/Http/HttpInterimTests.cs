using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Responses before the final one, early answers, bodies both ways at once, tunnels.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpInterimTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpInterimTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task Interim_responses_are_passed_on_before_the_final_one(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"));
            await backend.SendAsync("HTTP/1.1 102 Processing\r\n\r\n" + Ok);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 102 Processing\r\n\r\n"));
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_HTTP_1_0_client_gets_no_interim_response(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.0\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 100 Continue\r\n\r\n" + Ok);
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 200 OK\r\nDate: d\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Leave_to_send_the_body_comes_from_the_backend(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.Contain("Expect: 100-continue"));
            await backend.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 100 Continue\r\n\r\n"));
            await pair.Client.SendAsync("body");
            Assert.That(await backend.ReadTextAsync(4), Is.EqualTo("body"));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_final_answer_instead_of_leave_closes_the_connection(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 417 No\r\nDate: d\r\nContent-Length: 0\r\n\r\n");
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo("HTTP/1.1 417 No\r\nDate: d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            pair.Client.SendFin();
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
            Assert.That((await backend.ReadUntilClosedAsync()).Bytes, Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_early_answer_arrives_while_the_client_still_sends_and_a_closing_backend_ends_both(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nbegin");
        using (backend)
        {
            Assert.That(await backend.ReadTextAsync(5), Is.EqualTo("begin"));
            await backend.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            backend.Dispose();
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 413 "));
            Assert.That(await pair.Client.ReadTextAsync(3), Is.EqualTo("big"));

            // The rest of the body is read and dropped, so that no reset destroys the answer; then the end.
            await pair.Client.SendAsync(new string('x', 100_000));
            Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
            pair.Client.SendFin();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status), Is.EqualTo((RequestEnd.Completed, 413)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_has_answered_early_still_gets_the_whole_request(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nbegin");
        using (backend)
        {
            await backend.ReadTextAsync(5);
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            await pair.Client.SendAsync("whole");
            Assert.That(await backend.ReadTextAsync(5), Is.EqualTo("whole"));
            await pair.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /next "));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [TestCase(1000, "HTTP/1.1 200 ")]
    [TestCase(1001, "HTTP/1.1 502 ")]
    [CancelAfter(60_000)]
    public async Task A_request_has_up_to_1000_interim_responses(int count, string final, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync(string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", count)) + Ok);
            for (var i = 0; i < count; i++)
            {
                Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 102 "));
            }

            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith(final));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_answers_with_what_it_reads_needs_no_buffer_for_all_of_it(CancellationToken token)
    {
        const int size = 8 * 1024 * 1024;
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync($"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: {size}\r\n\r\n");
            var body = TestRandom.Bytes(size, seed: 7);
            var echoing = EchoAsync(backend, size);
            var sending = pair.Client.WriteAsync(body);
            await pair.Client.ReadHeadAsync();
            Assert.That(await pair.Client.ReadExactlyAsync(size), Is.EqualTo(body));
            await sending;
            await echoing;
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.BytesUp, outcome.BytesDown), Is.EqualTo((RequestEnd.Completed, (long)size, (long)size)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_upgrade_becomes_a_tunnel_with_what_was_sent_ahead_on_either_side(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(
            "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nahead");
        using (backend)
        {
            Assert.That(head, Does.EndWith("Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"));
            await backend.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello");
            Assert.That(
                await pair.Client.ReadHeadAsync(),
                Is.EqualTo("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"));
            Assert.That(await pair.Client.ReadTextAsync(5), Is.EqualTo("hello"));
            Assert.That(await backend.ReadTextAsync(5), Is.EqualTo("ahead"));
            Assert.That(pair.Harness.State(0).InFlight, Is.EqualTo(1), "a tunnel holds its place");
            pair.Client.SendFin();
            Assert.That(await backend.ReadToEndAsync(), Is.Empty);
            await backend.SendAsync("bye");
            backend.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo("bye"));
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.BytesUp, outcome.BytesDown), Is.EqualTo((RequestEnd.Tunnelled, 101, 5L, 8L)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_tunnel_for_HTTP_2_is_not_opened(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.Not.Contain("pgrade").And.Not.Contain("HTTP2"));
            await backend.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Too_many_of_them_are_recorded_as_that_whatever_an_earlier_response_had(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (first, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (first)
        {
            await first.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).Error, Is.EqualTo(HttpError.ChunkSize));
        }

        using var client = await pair.Harness.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using var second = await pair.Listener.AcceptAsync();
        await second.ReadHeadAsync();
        await second.SendAsync(string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 1001)));
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(2);
        Assert.That((outcome.End, outcome.Error), Is.EqualTo((RequestEnd.BadResponse, HttpError.TooManyInterims)));
    }

    private static async Task EchoAsync(RawClient peer, int size)
    {
        var buffer = new byte[64 * 1024];
        while (size > 0)
        {
            var count = await peer.ReadAsync(buffer);
            await peer.WriteAsync(System.MemoryExtensions.AsMemory(buffer, 0, count));
            size -= count;
        }
    }
}
