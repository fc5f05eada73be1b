using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>A client that ends its stream behind a whole request is served, or taken to be gone: an option says which.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpClientCloseTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nwhole";
    private const string Chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpClientCloseTests(EngineCase engine) => _engine = engine;

    [TestCase(Get)]
    [TestCase(Post)]
    [TestCase(Chunked)]
    [CancelAfter(30_000)]
    public async Task A_client_that_ends_its_stream_behind_its_request_is_served(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        await pair.Client.SendAsync(request);
        pair.Client.SendFin();
        using var backend = await pair.Listener.AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync(Ok);
        Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo(Ok));
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
    }

    [TestCase(Get)]
    [TestCase(Post)]
    [TestCase(Chunked)]
    [CancelAfter(30_000)]
    public async Task With_abortOnClose_it_aborts_a_request_that_waits_for_its_response(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, AbortOnClose);
        var (backend, _) = await pair.RequestAsync(request);
        using (backend)
        {
            pair.Client.SendFin();
            Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
            Assert.That((await pair.Client.ReadUntilClosedAsync()).Bytes, Is.Empty);
            await AssertEndAsync(pair, status: 0);
        }
    }

    [TestCase(Get)]
    [TestCase(Post)]
    [TestCase(Chunked)]
    [CancelAfter(30_000)]
    public async Task With_abortOnClose_it_does_so_when_the_end_came_with_the_request(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, AbortOnClose);
        await pair.Client.SendAsync(request);
        pair.Client.SendFin();
        Assert.That((await pair.Client.ReadUntilClosedAsync()).Bytes, Is.Empty);
        await AssertEndAsync(pair, status: 0);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task With_abortOnClose_it_cuts_a_response_that_is_under_way(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, AbortOnClose);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            await pair.Client.ReadHeadAsync();
            Assert.That(await pair.Client.ReadTextAsync(6), Is.EqualTo("1\r\na\r\n"));
            pair.Client.SendFin();
            Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
            Assert.That((await pair.Client.ReadUntilClosedAsync()).Bytes, Is.Empty, "no last chunk");
            await AssertEndAsync(pair, status: 200);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task With_abortOnClose_the_end_in_the_middle_of_a_request_is_still_a_truncated_one(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, AbortOnClose);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nshort");
        using (backend)
        {
            pair.Client.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 400 "));
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.RequestTruncated));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task With_abortOnClose_a_response_that_is_out_stays_complete(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, AbortOnClose);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            pair.Client.SendFin();
            Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
        }
    }

    private static void AbortOnClose(LbCoreOptions options) => options.Listeners["web"].AbortOnClose = true;

    private static async Task AssertEndAsync(HttpPair pair, int status)
    {
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.FailedBy, outcome.Status), Is.EqualTo((RequestEnd.ClientClosed, FailureSource.Client, status)));
        Assert.That(pair.Harness.State(0).Failures, Is.Zero);
    }
}
