using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>When a request becomes a tunnel, when it does not, and how long a tunnel may be silent.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpUpgradeTests
{
    private const string Upgrade = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpUpgradeTests(EngineCase engine) => _engine = engine;

    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("HTTP/1.1 403 Forbidden\r\nDate: d\r\nContent-Length: 0\r\n\r\n")]
    [CancelAfter(30_000)]
    public async Task A_backend_that_does_not_change_the_protocol_answers_as_ever(string answer, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Upgrade);
        using (backend)
        {
            await backend.SendAsync(answer);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(answer));
            await pair.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /next ").And.Not.Contain("pgrade"));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    // RFC 9110 section 7.8: not for HTTP/1.0, and not unless Connection names it; and not before a body is there.
    [TestCase("GET / HTTP/1.0\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx")]
    [CancelAfter(30_000)]
    public async Task A_request_that_may_not_be_upgraded_is_forwarded_without_the_wish(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync(request);
        using (backend)
        {
            Assert.That(head, Does.Not.Contain("pgrade").And.Not.Contain("websocket"));
            await backend.SendAsync(Switching);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "), "and nobody gets a tunnel that was not asked for");
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_comes_from_either_side_keeps_a_tunnel_open(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, time: new FakeTimeProvider());
        var (backend, _) = await pair.RequestAsync(Upgrade);
        using (backend)
        {
            await backend.SendAsync(Switching);
            await pair.Client.ReadHeadAsync();
            for (var i = 0; i < 3; i++)
            {
                await pair.Harness.PassAsync(3500);
                await pair.Client.SendAsync("?");
                Assert.That(await backend.ReadTextAsync(1), Is.EqualTo("?"));
                await pair.Harness.PassAsync(3500);
                await backend.SendAsync("!");
                Assert.That(await pair.Client.ReadTextAsync(1), Is.EqualTo("!"));
            }

            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            pair.Client.SendFin();
            backend.SendFin();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.BytesUp, outcome.BytesDown), Is.EqualTo((RequestEnd.Tunnelled, 3L, 3L)));
        }
    }
}
