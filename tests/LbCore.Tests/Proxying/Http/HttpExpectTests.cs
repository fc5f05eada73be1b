using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Clients that ask for leave to send their body (RFC 9110 section 10.1.1), and backends that give it, or not, or too late.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpExpectTests
{
    private const string Put = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    private const string Continue = "HTTP/1.1 100 Continue\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpExpectTests(EngineCase engine) => _engine = engine;

    [TestCase("")]
    [TestCase(Continue)]
    [CancelAfter(30_000)]
    public async Task A_client_that_does_not_wait_is_served_and_goes_on(string leave, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(Put + "body");
        using (backend)
        {
            Assert.That(head, Does.Contain("\r\nExpect: 100-continue\r\n"));
            Assert.That(await backend.ReadTextAsync(4), Is.EqualTo("body"));
            await backend.SendAsync(leave + Ok);
            if (leave.Length > 0)
            {
                Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(Continue));
            }

            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            await AssertNextIsServedAsync(pair, backend);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_loses_patience_is_served_by_a_backend_that_never_gives_leave(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Put);
        using (backend)
        {
            await pair.Client.SendAsync("body");
            Assert.That(await backend.ReadTextAsync(4), Is.EqualTo("body"));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            await AssertNextIsServedAsync(pair, backend);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Leave_for_a_body_in_chunks_passes_like_that_for_a_length(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync(Continue);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(Continue));
            await pair.Client.SendAsync("4\r\nbody\r\n0\r\n\r\n");
            Assert.That(await backend.ReadTextAsync(14), Is.EqualTo("4\r\nbody\r\n0\r\n\r\n"));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            await AssertNextIsServedAsync(pair, backend);
        }
    }

    // What the client sends next may be the body or another request; nobody could tell.
    [TestCase("", Description = "without leave")]
    [TestCase(Continue, Description = "with leave that crosses the answer")]
    [CancelAfter(30_000)]
    public async Task A_final_answer_before_any_of_the_body_is_the_last_one_on_both_connections(string leave, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Put);
        using (backend)
        {
            await backend.SendAsync(leave + Ok);
            if (leave.Length > 0)
            {
                Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(Continue));
            }

            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
            await pair.Client.SendAsync("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
            pair.Client.SendFin();
            Assert.That((await backend.ReadUntilClosedAsync()).Bytes, Is.Empty);
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_gives_leave_and_dies_is_answered_502_for(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Put);
        using (backend)
        {
            await backend.SendAsync(Continue);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(Continue));
            backend.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 502 ").And.Contain("Connection: close\r\n"));
            pair.Client.SendFin();
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).FailedBy, Is.EqualTo(FailureSource.Backend));
        }
    }

    private static async Task AssertNextIsServedAsync(HttpPair pair, RawClient backend)
    {
        await pair.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /next "));
        await backend.SendAsync(Ok);
        Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
    }
}
