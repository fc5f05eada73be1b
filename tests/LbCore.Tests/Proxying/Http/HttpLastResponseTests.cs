using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>
/// The last response on a connection arrives whole, whatever the client has sent behind its request: closing with it unread
/// would destroy what is still on its way. Small buffers keep most of the response here.
/// </summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpLastResponseTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const int Size = 500_000;

    private readonly EngineCase _engine;

    public HttpLastResponseTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(120_000)]
    public async Task A_response_arrives_whatever_is_left_of_the_dispatch_when_bytes_lie_unread([Range(64, 576, 64)] int kilobytes, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, bufferSize: 8192);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        using (backend)
        {
            var size = kilobytes * 1024;
            await pair.Client.SendAsync("\r\n");
            await pair.Harness.TurnAsync();
            var sending = backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: {size}\r\n\r\n{new string('x', size)}");
            await pair.Client.ReadHeadAsync();
            var end = await pair.Client.ReadUntilClosedAsync();
            await sending;
            Assert.That((end.Bytes.Length, end.IsReset), Is.EqualTo((size, false)));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_drain_destroys_no_response_when_another_request_lies_unread(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var client = await pair.Harness.ConnectAsync(bufferSize: 8192);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            await client.SendAsync(Get);
            await backend.ReadHeadAsync();
            await backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: {Size}\r\n\r\n");
            await client.ReadHeadAsync();

            // The idle one is closed when the drain has begun.
            var stopping = pair.Harness.Balancer.StopAsync(token);
            Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);

            // The next request comes while the response ends: it lies in the kernel.
            await client.SendAsync(Get);
            await backend.SendAsync(new string('x', Size));
            await pair.Harness.Outcomes.WaitForRequestAsync(2);
            var end = await client.ReadUntilClosedAsync();
            client.Dispose();
            await stopping;
            Assert.That((end.Bytes.Length, end.IsReset), Is.EqualTo((Size, false)));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_response_arrives_when_the_next_request_comes_behind_the_close(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, bufferSize: 8192);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            await backend.SendAsync(new string('x', Size));
            backend.SendFin();
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            await pair.Harness.TurnAsync();
            await pair.Client.SendAsync(Get);
            var end = await pair.Client.ReadUntilClosedAsync();
            Assert.That((end.Bytes.Length, end.IsReset), Is.EqualTo((Size, false)));
        }
    }
}
