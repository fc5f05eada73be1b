using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Trailers of chunked bodies, both ways (RFC 9110 section 6.5).</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpTrailerTests
{
    private const string Response =
        "HTTP/1.1 200 OK\r\nDate: d\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\nX_Forwarded_For: x\r\nX-Last:\r\n\r\n";

    private readonly EngineCase _engine;

    public HttpTrailerTests(EngineCase engine) => _engine = engine;

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(30_000)]
    public async Task A_client_that_asks_for_trailers_gets_those_that_may_be_any(bool byteByByte, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.Contain("\r\nTE: trailers\r\nConnection: TE\r\n"));
            await (byteByByte ? backend.SendByteByByteAsync(Response) : backend.SendAsync(Response));
            Assert.That(await pair.Client.ReadHeadAsync(), Does.Contain("\r\nTrailer: X-Sum\r\n").And.Contain("\r\nTransfer-Encoding: chunked\r\n"));
            Assert.That(await ReadBodyAsync(pair.Client), Does.EndWith("\r\n0\r\nX-Sum: 1\r\nX-Last:\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_does_not_ask_for_trailers_gets_none_and_no_word_of_them(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.Not.Contain("TE:"));
            await backend.SendAsync(Response);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.Not.Contain("Trailer"));
            Assert.That(await pair.Client.ReadTextAsync(12), Is.EqualTo("2\r\nok\r\n0\r\n\r\n"));
        }
    }

    [TestCase("3\r\nabc\r\n0\r\nX-Sum: 1\r\nAuthorization: x\r\n\r\n", "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n")]
    [TestCase("0\r\nX-Sum: 1\r\n\r\n", "0\r\nX-Sum: 1\r\n\r\n")]
    [TestCase("1\r\na\r\n0\r\ncontent-length: 5\r\n\r\n", "1\r\na\r\n0\r\n\r\n")]
    [CancelAfter(30_000)]
    public async Task A_backend_gets_the_trailers_of_a_request_and_the_next_request_has_none(string body, string forwarded, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        using (backend)
        {
            Assert.That(head, Does.Contain("\r\nTrailer: X-Sum\r\n"));
            Assert.That(await backend.ReadTextAsync(forwarded.Length), Is.EqualTo(forwarded));
            await backend.SendAsync("HTTP/1.1 204 No Content\r\nDate: d\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            await pair.Client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n");
            await backend.ReadHeadAsync();
            Assert.That(await backend.ReadTextAsync(11), Is.EqualTo("1\r\nz\r\n0\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Trailers_follow_a_large_chunk(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var data = new string('d', 6000);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1770\r\n{data}\r\n0\r\nX-Sum: 1\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            Assert.That(await ReadBodyAsync(pair.Client), Does.EndWith("d\r\n0\r\nX-Sum: 1\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Trailers_come_behind_a_large_last_chunk_too(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
        using (backend)
        {
            var data = new string('x', 0x3000);
            await backend.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3000\r\n{data}\r\n0\r\nX-Sum: 1\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            Assert.That((await ReadBodyAsync(pair.Client)).Replace("\r\n", "|", StringComparison.Ordinal), Does.Contain("|0|X-Sum: 1||").And.Contain("xx"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_a_route_or_the_listener_keeps_back_does_not_go_on_as_a_trailer_either(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, static options =>
        {
            var listener = options.Listeners["web"];
            listener.Underscores = UnderscoreMode.Drop;
            listener.Routes.Add(new RouteOptions
            {
                Cluster = "app",
                RequestHeaders = { Remove = { "X-User" } },
                ResponseHeaders = { Set = { ["X-Internal"] = "no" } },
            });
        });
        var (backend, _) = await pair.RequestAsync(
            "POST / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "1\r\na\r\n0\r\nx-user: admin\r\nX_User: admin\r\nA_B: 1\r\nX-Sum: 1\r\n\r\n");
        using (backend)
        {
            Assert.That(await ReadBodyAsync(backend), Is.EqualTo("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Internal: secret\r\nX_Own: 1\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Does.Contain("\r\nX-Internal: no\r\n"));
            Assert.That(await ReadBodyAsync(pair.Client), Is.EqualTo("1\r\na\r\n0\r\nX_Own: 1\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task None_goes_on_of_a_message_whose_Connection_names_fields(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(
            "POST / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE, X-Secret\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Secret: 1\r\n\r\n");
        using (backend)
        {
            Assert.That(await ReadBodyAsync(backend), Is.EqualTo("0\r\n\r\n"));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nConnection: X-Secret\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Secret: 1\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            Assert.That(await ReadBodyAsync(pair.Client), Is.EqualTo("0\r\n\r\n"));
        }
    }

    /// <summary>Reads to an empty line, which no data here has.</summary>
    private static async Task<string> ReadBodyAsync(RawClient client)
    {
        var body = new StringBuilder();
        while (!body.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            body.Append(await client.ReadTextAsync(1));
        }

        return body.ToString();
    }
}
