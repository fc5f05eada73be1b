using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>A reset of either side reaches the other one at once, wherever the exchange is.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpResetTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string LongPost = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n";
    private const string LongOk = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 100000000\r\n\r\n";
    private const int SmallBuffers = 8 * 1024;

    private readonly EngineCase _engine;

    public HttpResetTests(EngineCase engine) => _engine = engine;

    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nshort")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n")]
    [CancelAfter(30_000)]
    public async Task A_clients_in_the_middle_of_an_upload_resets_the_backend(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(request);
        using (backend)
        {
            await backend.ReadExactlyAsync(request.EndsWith("\r\n", System.StringComparison.Ordinal) ? 10 : 5);
            pair.Client.Reset();
            var end = await backend.ReadUntilClosedAsync();
            Assert.That((end.IsReset, end.Bytes), Is.EqualTo((true, System.Array.Empty<byte>())));
            await AssertEndAsync(pair, RequestEnd.ClientReset, FailureSource.Client);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_clients_while_the_backend_takes_nothing_more_of_the_upload_resets_the_backend(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, bufferSize: SmallBuffers);
        var (backend, _) = await pair.RequestAsync(LongPost);
        using (backend)
        {
            await Flood.FillAsync(pair.Client, new byte[256 * 1024]);
            pair.Client.Reset();
            await AssertEndAsync(pair, RequestEnd.ClientReset, FailureSource.Client);
            Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
        }
    }

    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\n", "short")]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nshort\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nConnection: close\r\n\r\n", "short")]
    [CancelAfter(30_000)]
    public async Task A_clients_in_the_middle_of_a_response_resets_the_backend(string head, string body, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(head + body);
            await pair.Client.ReadHeadAsync();
            Assert.That(await pair.Client.ReadTextAsync(body.Length), Is.EqualTo(body));
            pair.Client.Reset();
            Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
            await AssertEndAsync(pair, RequestEnd.ClientReset, FailureSource.Client);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_clients_while_it_takes_nothing_more_of_the_response_resets_the_backend(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, bufferSize: SmallBuffers);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(LongOk);
            await Flood.FillAsync(backend, new byte[256 * 1024]);
            pair.Client.Reset();
            await AssertEndAsync(pair, RequestEnd.ClientReset, FailureSource.Client);
            Assert.That(
                async () =>
                {
                    while (true)
                    {
                        await backend.WriteAsync(new byte[16 * 1024]);
                    }
                },
                Throws.InstanceOf<IOException>());
        }
    }

    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nshort")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n")]
    [CancelAfter(30_000)]
    public async Task A_backends_in_the_middle_of_an_upload_is_answered_502_without_waiting_for_the_rest(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(request);
        using (backend)
        {
            await backend.ReadExactlyAsync(5);
            backend.Reset();
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 ").And.Contain("\r\nConnection: close\r\n"));
            await AssertEndAsync(pair, RequestEnd.BackendClosed, FailureSource.Backend);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backends_while_it_takes_nothing_more_of_the_upload_is_answered_502(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, bufferSize: SmallBuffers);
        var (backend, _) = await pair.RequestAsync(LongPost);
        using (backend)
        {
            await Flood.FillAsync(pair.Client, new byte[256 * 1024]);
            backend.Reset();
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
            await AssertEndAsync(pair, RequestEnd.BackendClosed, FailureSource.Backend);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backends_in_the_middle_of_its_response_ends_that_though_the_upload_goes_on(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(LongPost);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\nshort");
            await pair.Client.ReadHeadAsync();
            Assert.That(await pair.Client.ReadTextAsync(5), Is.EqualTo("short"));
            backend.Reset();
            Assert.That(Encoding.ASCII.GetString((await pair.Client.ReadUntilClosedAsync()).Bytes), Is.Empty);
            await AssertEndAsync(pair, RequestEnd.ResponseTruncated, FailureSource.Backend);
        }
    }

    private static async Task AssertEndAsync(HttpPair pair, RequestEnd end, FailureSource failedBy)
    {
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((end, failedBy)));
    }
}
