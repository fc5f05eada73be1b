using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Recording;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Peers that take nothing of what they are sent: whatever it is, it ends in its time.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpStalledPeerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private readonly EngineCase _engine;

    public HttpStalledPeerTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_none_of_our_own_answers_is_cut_off(CancellationToken token)
    {
        await using var pair = await StartAsync(token, static options =>
        {
            options.Clusters["app"].Backends["b0"].MaxConnections = 1;
            options.Listeners["web"].Limits.Requests = int.MaxValue;
        });
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            // Everybody else is answered 503.
            using var greedy = await pair.Harness.ConnectAsync(bufferSize: 8192);
            await Flood.FillAsync(greedy, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Get, 1000))));
            await PassUntilAsync(pair, () => pair.Harness.Outcomes.HttpConnections.Any(static c => c.Requests > 1));
            var outcome = pair.Harness.Outcomes.HttpConnections.Single(static c => c.Requests > 1);
            Assert.That(outcome.End, Is.EqualTo(ConnectionEnd.RequestFailed));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_no_interim_response_and_owes_its_body_is_cut_off(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        using (backend)
        {
            await Flood.FillAsync(backend, Encoding.ASCII.GetBytes($"HTTP/1.1 103 Early Hints\r\nLink: </{new string('a', 8000)}>\r\n\r\n"));
            await PassUntilAsync(pair, () => pair.Harness.Outcomes.Requests.Count == 1);
            Assert.That(pair.Harness.State(0).InFlight, Is.Zero);
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_takes_nothing_is_given_up_however_the_chunks_are_cut(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        using (backend)
        {
            // Each piece ends in the next chunk's first digit, so that a part of a chunk is held back.
            await pair.Client.SendAsync("f");
            await Flood.FillAsync(pair.Client, Encoding.ASCII.GetBytes("00\r\n" + new string('x', 0xf00) + "\r\nf"));
            await PassUntilAsync(pair, () => pair.Harness.Outcomes.Requests.Count == 1);
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.RequestStalled));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_nothing_is_cut_off_after_its_time_and_not_after_twice_that(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 100000000\r\n\r\n");
            await Flood.FillAsync(backend, new byte[64 * 1024]);
            var seconds = await PassUntilAsync(pair, () => pair.Harness.Outcomes.Requests.Count == 1);
            Assert.That(seconds, Is.InRange(29, 50));
        }
    }

    private Task<HttpPair> StartAsync(CancellationToken token, Action<LbCoreOptions>? configure = null) =>
        HttpPair.StartAsync(_engine, token, configure, new FakeTimeProvider(), bufferSize: 8192);

    /// <summary>Moves the clock second by second, for at most twenty minutes of its time. Returns how many seconds it took.</summary>
    private static async Task<int> PassUntilAsync(HttpPair pair, Func<bool> isReached)
    {
        const int Most = 1200;
        var seconds = 0;
        for (; !isReached() && seconds < Most; seconds++)
        {
            await pair.Harness.PassAsync(1);
        }

        Assert.That(seconds, Is.LessThan(Most), "it goes on for ever");
        return seconds;
    }
}
