using System;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Requests and responses that go well: what changes on the way, what does not, and where they end.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpForwardingTests
{
    private const string Get = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpForwardingTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_and_its_response_go_through_and_the_outcome_tells_them(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nX-A: 1\r\n\r\nbody");
        using (backend)
        {
            Assert.That(head.WithoutRequestId(), Is.EqualTo(
                "POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nX-A: 1\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n\r\n"));
            Assert.That(await backend.ReadTextAsync(4), Is.EqualTo("body"));
            await backend.SendAsync("HTTP/1.1 201 Made\r\nDate: d\r\nContent-Length: 3\r\nX-B: 2\r\n\r\nyes");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 201 Made\r\nDate: d\r\nContent-Length: 3\r\nX-B: 2\r\n\r\n"));
            Assert.That(await pair.Client.ReadTextAsync(3), Is.EqualTo("yes"));
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That(
                (outcome.End, outcome.Status, outcome.BytesUp, outcome.BytesDown, outcome.Attempts.Count, outcome.Attempts[0].Status, outcome.FailedBy),
                Is.EqualTo((RequestEnd.Completed, 201, 4L, 3L, 1, (short)201, FailureSource.None)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_concerns_one_connection_only_is_not_passed_on(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nTE: gzip\r\n"
            + "Proxy-Connection: keep-alive\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-End: 2\r\n\r\n");
        using (backend)
        {
            Assert.That(head.WithoutRequestId(), Is.EqualTo(
                "GET / HTTP/1.1\r\nHost: h\r\nX-End: 2\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n\r\n"));
            await backend.SendAsync(
                "HTTP/1.1 200 OK\r\nDate: d\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Both_connections_stay_open_for_the_next_request(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            for (var i = 0; i < 5; i++)
            {
                await backend.SendAsync(Ok);
                Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
                await pair.Client.SendAsync(Get);
                await backend.ReadHeadAsync();
            }

            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(6);
            Assert.That(outcome.Attempts[0].IsReused, Is.True);
            Assert.That(pair.Harness.State(0).Total, Is.EqualTo(6));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Pipelined_requests_are_answered_in_order(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, first) = await pair.RequestAsync(
            "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            Assert.That(first, Does.StartWith("GET /1 "));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 1\r\n\r\n1");
            Assert.That(await backend.ReadHeadAsync(), Does.StartWith("POST /2 "));
            Assert.That(await backend.ReadTextAsync(3), Is.EqualTo("abc"));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 1\r\n\r\n2");
            Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /3 "));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 1\r\n\r\n3");
            foreach (var expected in new[] { "1", "2", "3" })
            {
                await pair.Client.ReadHeadAsync();
                Assert.That(await pair.Client.ReadTextAsync(1), Is.EqualTo(expected));
            }
        }
    }

    [TestCase("HEAD", "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 100\r\n\r\n")]
    [TestCase("HEAD", "HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [TestCase("HEAD", "HTTP/1.1 200 OK\r\nDate: d\r\nX: no length, and none to come\r\n\r\n")]
    [TestCase("HEAD", "HTTP/1.1 404 Not Found\r\nDate: d\r\nContent-Length: 100\r\n\r\n")]
    [TestCase("GET", "HTTP/1.1 304 Not Modified\r\nDate: d\r\nContent-Length: 100\r\n\r\n")]
    [TestCase("GET", "HTTP/1.1 304 Not Modified\r\nDate: d\r\nETag: \"a\"\r\n\r\n")]
    [TestCase("HEAD", "HTTP/1.1 304 Not Modified\r\nDate: d\r\nContent-Length: 100\r\n\r\n")]
    [TestCase("GET", "HTTP/1.1 205 Reset Content\r\nDate: d\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("POST", "HTTP/1.1 204 No Content\r\nDate: d\r\n\r\n")]
    [TestCase("GET", "HTTP/1.1 204 No Content\r\nDate: d\r\n\r\n")]
    [CancelAfter(30_000)]
    public async Task A_response_without_a_body_ends_with_its_head(string method, string response, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync($"{method} / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync(response);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(response));
            await pair.Client.SendAsync(Get);
            Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /a?b"));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Chunks_are_framed_anew_without_extensions_and_the_connection_goes_on(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n003;x=y\r\nabc\r\n0;z\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.EndWith("\r\nTransfer-Encoding: chunked\r\n\r\n"));
            Assert.That(await backend.ReadTextAsync(13), Is.EqualTo("3\r\nabc\r\n0\r\n\r\n"));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n2;q\r\nok\r\n00\r\nX-T: 1\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n"));
            Assert.That(await pair.Client.ReadTextAsync(12), Is.EqualTo("2\r\nok\r\n0\r\n\r\n"));
            await pair.Client.SendAsync(Get);
            await backend.ReadHeadAsync();
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_chunk_arrives_although_the_next_ones_size_is_there_only_in_part(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n1");
            await pair.Client.ReadHeadAsync();
            Assert.That(await pair.Client.ReadTextAsync(10), Is.EqualTo("5\r\nevent\r\n"));
            await backend.SendAsync("0\r\n0123456789abcdef\r\n0\r\n\r\n");
            Assert.That(await pair.Client.ReadTextAsync(27), Is.EqualTo("10\r\n0123456789abcdef\r\n0\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_until_the_close_ends_the_clients_connection_too(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\n\r\nall of it");
            backend.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nConnection: close\r\n\r\nall of it"));
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
        }
    }

    [TestCase("GET / HTTP/1.0\r\n\r\n", "Connection: close")]
    [TestCase("GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "Connection: close")]
    [CancelAfter(30_000)]
    public async Task The_client_is_told_whether_its_connection_stays_open(string request, string expected, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(request);
        using (backend)
        {
            Assert.That(head, Does.Contain(" HTTP/1.1\r\n").And.Contain("\r\nHost: "));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo($"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n{expected}\r\n\r\n"));
            if (expected.EndsWith("close", System.StringComparison.Ordinal))
            {
                Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
            }
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Chunks_for_an_HTTP_1_0_client_are_taken_apart(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.0\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nConnection: close\r\n\r\nabcdefg"));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Both_peers_may_send_a_byte_at_a_time(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var sending = pair.Client.SendByteByByteAsync(
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;e=\"v\"\r\n0123456789abcdef\r\n0\r\nT: v\r\n\r\n");
        using var backend = await pair.Listener.AcceptAsync();
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("POST /x HTTP/1.1\r\n"));
        var body = "";
        while (!body.EndsWith("\r\n0\r\nT: v\r\n\r\n", System.StringComparison.Ordinal))
        {
            body += await backend.ReadTextAsync(1);
        }

        await sending;
        Assert.That(Unchunk(body), Is.EqualTo("abc0123456789abcdef"));
        var replying = backend.SendByteByByteAsync("HTTP/1.1 200 OK\r\nDate: d\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n0\r\n\r\n");
        Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"));
        var answer = "";
        while (!answer.EndsWith("\r\n0\r\n\r\n", System.StringComparison.Ordinal))
        {
            answer += await pair.Client.ReadTextAsync(1);
        }

        await replying;
        Assert.That(Unchunk(answer), Is.EqualTo("wxyz"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_response_without_a_date_gets_the_time_that_it_came(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            var before = DateTimeOffset.UtcNow.AddSeconds(-2);
            await backend.SendAsync("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 103 Early Hints\r\n\r\n"));
            var date = Regex.Match(await pair.Client.ReadHeadAsync(), "\r\nDate: ([^\r]*)\r\n").Groups[1].Value;
            Assert.That(DateTimeOffset.ParseExact(date, "R", CultureInfo.InvariantCulture), Is.InRange(before, before.AddMinutes(1)));
        }
    }

    private static string Unchunk(string body)
    {
        var data = "";
        while (true)
        {
            var line = body.IndexOf("\r\n", System.StringComparison.Ordinal);
            var size = System.Convert.ToInt32(body[..line], 16);
            if (size == 0)
            {
                return data;
            }

            data += body.Substring(line + 2, size);
            body = body[(line + 2 + size + 2)..];
        }
    }
}
