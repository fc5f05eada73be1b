using System.Threading;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Peers that refuse, reset, lie, stop in the middle or say too much.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpFailureTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpFailureTests(EngineCase engine) => _engine = engine;

    [TestCase("GET / HTTP/1.1\r\n\r\n", 400, HttpError.HostMissing)]
    [TestCase("GET / HTTP/1.1\nHost: h\r\n\r\n", 400, HttpError.BareLf)]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, HttpError.LengthAndCoding)]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501, HttpError.UnknownCoding)]
    [TestCase("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", 501, HttpError.Connect)]
    [TestCase("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, HttpError.Version)]
    [CancelAfter(30_000)]
    public async Task A_bad_request_is_answered_and_reaches_no_backend(string request, int status, HttpError error, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        await pair.Client.SendAsync(request + Get);
        var answer = await pair.Client.ReadTextToEndAsync();
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status} ").And.Contain("\r\nConnection: close\r\n"));
        Assert.That(answer.Split("HTTP/1.1 ").Length, Is.EqualTo(2), "one answer, and then the end");
        pair.Client.Dispose();
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That(
            (outcome.End, outcome.Error, outcome.Status, outcome.FailedBy, outcome.Attempts.Count),
            Is.EqualTo((RequestEnd.BadRequest, error, status, FailureSource.Client, 0)));
        Assert.That((await pair.Harness.Outcomes.WaitForHttpConnectionAsync(1)).End, Is.EqualTo(ConnectionEnd.RequestFailed));
        Assert.That(pair.Harness.State(0).Total, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Limits_of_the_head_are_answered_414_and_431(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, static options =>
        {
            options.Listeners["web"].Limits.HeadBytes = 2048;
            options.Listeners["web"].Limits.Headers = 3;
        });
        var requests = new[]
        {
            ($"GET /{new string('a', 3000)} HTTP/1.1\r\nHost: h\r\n\r\n", "414"),
            ($"GET / HTTP/1.1\r\nHost: h\r\nX: {new string('a', 3000)}\r\n\r\n", "431"),
            ("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", "431"),
        };
        foreach (var (request, status) in requests)
        {
            using var client = await pair.Harness.ConnectAsync();
            await client.SendAsync(request);
            Assert.That(await client.ReadTextToEndAsync(), Does.StartWith($"HTTP/1.1 {status} "));
        }
    }

    [TestCase("3\r\nabcX", HttpError.ChunkEnd)]
    [TestCase("3\nabc\r\n", HttpError.ChunkSize)]
    [TestCase("0x3\r\nabc\r\n", HttpError.ChunkSize)]
    [CancelAfter(30_000)]
    public async Task A_bad_chunk_in_a_request_is_answered_400_and_the_backend_sees_no_end(string body, HttpError error, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        using (backend)
        {
            await pair.Client.SendAsync(body);
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 400 "));
            pair.Client.Dispose();
            var end = await backend.ReadUntilClosedAsync();
            Assert.That(System.Text.Encoding.ASCII.GetString(end.Bytes), Does.Not.Contain("0\r\n\r\n"));
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Error), Is.EqualTo((RequestEnd.BadRequest, error)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_ends_too_early_is_cut_off_and_answered_400(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nshort");
        using (backend)
        {
            Assert.That(await backend.ReadTextAsync(5), Is.EqualTo("short"));
            pair.Client.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 400 "));
            Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True, "a truncated request must not look whole");
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.RequestTruncated));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_ends_its_stream_behind_a_whole_request_is_answered(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            pair.Client.SendFin();
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_resets_while_it_waits_frees_its_backend_at_once(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            pair.Client.Reset();
            await backend.ReadUntilClosedAsync();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.FailedBy), Is.EqualTo((RequestEnd.ClientReset, 0, FailureSource.Client)));
            Assert.That(pair.Harness.State(0).Failures, Is.Zero);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Backends_that_refuse_are_left_for_the_next_one(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [RawListener.RefusingEndPoint(), listener.EndPoint], token);
        using var client = await harness.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nwhole");
        using var backend = await listener.AcceptAsync();
        await backend.ReadHeadAsync();
        Assert.That(await backend.ReadTextAsync(5), Is.EqualTo("whole"));
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));
        var outcome = await harness.Outcomes.WaitForRequestAsync(1);
        Assert.That(
            (outcome.Attempts.Count, outcome.Attempts[0].Dial, outcome.Attempts[0].FailedBy, harness.State(0).Failures),
            Is.EqualTo((2, DialStatus.Refused, FailureSource.Backend, 1L)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task When_all_refuse_the_answer_is_502_and_the_client_may_go_on(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [RawListener.RefusingEndPoint(), RawListener.RefusingEndPoint()], token);
        using var client = await harness.ConnectAsync();
        for (var i = 1; i <= 3; i++)
        {
            await client.SendAsync(Get);
            Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 ").And.Not.Contain("close"));
            await client.ReadErrorAsync();
            var outcome = await harness.Outcomes.WaitForRequestAsync(i);
            Assert.That((outcome.End, outcome.Attempts.Count, outcome.Status), Is.EqualTo((RequestEnd.ConnectFailed, 2, 502)));
        }
    }

    // More than lies behind a head that is kept to be sent again, and all of it has come.
    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_that_came_before_nobody_could_be_reached_is_dropped_and_the_client_may_go_on(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [RawListener.RefusingEndPoint()], token);
        using var client = await harness.ConnectAsync();
        for (var i = 1; i <= 2; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + new string('x', 20_000));
            Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
            await client.ReadErrorAsync();
        }
    }

    [TestCase("Content-Length: 20000\r\nConnection: close", 20_000)]
    [TestCase("Content-Length: 1000000", 1_000_000)]
    [TestCase("Content-Length: 1000001", 1_000_000)]
    [CancelAfter(30_000)]
    public async Task A_body_that_nobody_takes_does_not_destroy_the_answer(string fields, int sent, CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [RawListener.RefusingEndPoint()], token);
        using var client = await harness.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n" + new string('x', sent));
        Assert.That(await client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 502 ").And.Contain("\r\n\r\n502 Bad Gateway\nRequest: "));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_full_cluster_is_answered_503(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(
            _engine, token, static options => options.Clusters["app"].Backends["b0"].MaxConnections = 1);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            using var second = await pair.Harness.ConnectAsync();
            await second.SendAsync("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            Assert.That(await second.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 503 ").And.EndWith("\r\n\r\n"), "without a body for HEAD");
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.BackendFull, outcome.FailedBy), Is.EqualTo((RequestEnd.BackendsFull, true, FailureSource.Proxy)));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [TestCase("", RequestEnd.BackendClosed)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-", RequestEnd.BackendClosed)]
    [TestCase("nonsense from a port scanner\r\n\r\n", RequestEnd.BadResponse)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", RequestEnd.BadResponse)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", RequestEnd.BadResponse)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nA: b\nC: d\r\n\r\n", RequestEnd.BadResponse)]
    [TestCase("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", RequestEnd.BadResponse)]
    [CancelAfter(30_000)]
    public async Task A_bad_response_is_answered_502_and_its_connection_dropped(string response, RequestEnd end, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(response);
            backend.SendFin();
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
            await backend.ReadUntilClosedAsync();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy, outcome.Status), Is.EqualTo((end, FailureSource.Backend, 502)));
            Assert.That((pair.Harness.State(0).Failures, pair.Harness.State(0).Idle), Is.EqualTo((1L, 0)));
        }
    }

    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\nshort", true)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\nshort", false)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", true)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", false)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n", true)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\n\r\nshort", false)]
    [CancelAfter(30_000)]
    public async Task A_truncated_response_never_looks_whole(string response, bool orderly, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(response);
            await pair.Client.ReadHeadAsync();
            if (orderly)
            {
                backend.SendFin();
            }
            else
            {
                backend.Reset();
            }

            var isFramed = response.Contains("\r\nContent-Length", System.StringComparison.Ordinal) || response.Contains("chunked", System.StringComparison.Ordinal);
            var end = await pair.Client.ReadUntilClosedAsync();
            var body = System.Text.Encoding.ASCII.GetString(end.Bytes);
            Assert.That(body, Does.Not.Contain("0\r\n\r\n"));
            Assert.That(end.IsReset || isFramed, Is.True, "a body that ends with the connection must not end well");
            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((
                response.Contains("zz", System.StringComparison.Ordinal) ? RequestEnd.BadResponse : RequestEnd.ResponseTruncated, FailureSource.Backend)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Chunks_that_break_off_for_an_HTTP_1_0_client_end_in_a_reset(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.0\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n");
            await pair.Client.ReadHeadAsync();
            backend.SendFin();
            Assert.That((await pair.Client.ReadUntilClosedAsync()).IsReset, Is.True);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_a_backend_says_beyond_its_response_reaches_nobody(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok + "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 4\r\n\r\nevil");
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            await backend.ReadUntilClosedAsync();
        }

        Assert.That(pair.Harness.State(0).Idle, Is.Zero);
        var (second, _) = await pair.RequestAsync(Get);
        using (second)
        {
            await second.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 3\r\n\r\nyes");
            await pair.Client.ReadHeadAsync();
            Assert.That(await pair.Client.ReadTextAsync(3), Is.EqualTo("yes"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_behind_a_response_that_has_none_is_not_taken_for_the_next_response(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 OK"));
            await backend.ReadUntilClosedAsync();
        }

        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
    }
}
