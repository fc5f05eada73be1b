using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Recording;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Clients that are slow, on a clock that the test moves: who drips is ended, who pauses or waits for the backend is not.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpMinRateTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";
    private const string Post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n";
    private const string ChunkedPost = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const int SmallBuffers = 8 * 1024;

    private readonly EngineCase _engine;

    public HttpMinRateTests(EngineCase engine) => _engine = engine;

    [TestCase(Post, "a")]
    [TestCase(ChunkedPost, "1\r\na\r\n")]
    [CancelAfter(30_000)]
    public async Task A_body_that_drips_is_answered_408_though_no_gap_is_too_long(string request, string drop, CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(request);
        using (backend)
        {
            var seconds = 0;
            for (; pair.Harness.Outcomes.Requests.IsEmpty && seconds < 200; seconds += 5)
            {
                await pair.Client.SendAsync(drop);
                await backend.ReadExactlyAsync(drop.Length);
                await pair.Harness.PassAsync(5);
            }

            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 408 ").And.Contain("Connection: close"));
            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.FailedBy), Is.EqualTo((RequestEnd.BodyTooSlow, 408, FailureSource.Client)));
            Assert.That(seconds, Is.InRange(30, 40));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_that_comes_at_the_lowest_rate_goes_on(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Post);
        using (backend)
        {
            for (var seconds = 0; seconds < 300; seconds += 10)
            {
                await pair.Harness.PassAsync(10);
                await pair.Client.SendAsync(new string('a', 2400));
                await backend.ReadExactlyAsync(2400);
            }

            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            pair.Client.Reset();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_without_a_lowest_rate_may_drip(CancellationToken token)
    {
        await using var pair = await StartAsync(token, static options => options.Listeners["web"].Limits.MinRate = 0);
        var (backend, _) = await pair.RequestAsync(Post);
        using (backend)
        {
            for (var seconds = 0; seconds < 290; seconds += 29)
            {
                await pair.Harness.PassAsync(29);
                await pair.Client.SendAsync("a");
                await backend.ReadExactlyAsync(1);
            }

            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            pair.Client.Reset();
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_takes_a_body_slowly_is_not_held_against_the_client(CancellationToken token)
    {
        // At this rate what the client sends pays for next to nothing: all that is held against it stays.
        await using var pair = await StartAsync(
            token, static options => options.Listeners["web"].Limits.MinRate = 1024 * 1024 * 1024, SmallBuffers);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
        using (backend)
        {
            // Buffers may grow, so they are filled again. Otherwise it would be the client who keeps the others waiting.
            var last = Task.CompletedTask;
            for (var seconds = 0; seconds < 50; seconds++)
            {
                last = last.IsCompleted ? await Flood.FillAsync(pair.Client, new byte[64 * 1024]) : last;
                await pair.Harness.PassAsync(1);
            }

            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);

            // Nor later, when it is the client again who is waited for.
            var reading = ReadPastAsync(backend, (byte)'z');
            await last;
            await pair.Client.SendAsync("z");
            await reading;
            await pair.Harness.PassAsync(25);
            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 "));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_its_response_too_slowly_is_cut_off_though_it_never_stops(CancellationToken token)
    {
        await using var pair = await StartAsync(
            token, static options => options.Listeners["web"].Limits.MinRate = 1024 * 1024, SmallBuffers);
        using var backend = await BeginLongResponseAsync(pair);
        var seconds = await TakeAsync(pair, until: 600);
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.FailedBy, outcome.Status), Is.EqualTo((RequestEnd.ClientTooSlow, FailureSource.Client, 200)));
        Assert.That(seconds, Is.InRange(28, 60));
        Assert.That((await pair.Client.ReadUntilClosedAsync()).IsReset, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_its_response_steadily_goes_on(CancellationToken token)
    {
        await using var pair = await StartAsync(token, static options => options.Listeners["web"].Limits.MinRate = 1024, SmallBuffers);
        using var backend = await BeginLongResponseAsync(pair);
        await TakeAsync(pair, until: 120);
        Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
        pair.Client.Reset();
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_stream_of_events_that_is_silent_for_long_is_not_too_slow(CancellationToken token)
    {
        await using var pair = await StartAsync(token, static options => options.Clusters["app"].Timeouts.ResponseBody = TimeSpan.FromHours(1));
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Type: text/event-stream\r\nContent-Length: 1000\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            for (var i = 0; i < 10; i++)
            {
                await pair.Harness.PassAsync(600);
                await backend.SendAsync("data: 1\n\n");
                Assert.That(await pair.Client.ReadTextAsync(9), Is.EqualTo("data: 1\n\n"));
            }

            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            pair.Client.Reset();
        }
    }

    private Task<HttpPair> StartAsync(CancellationToken token, Action<LbCoreOptions>? configure = null, int bufferSize = 0) =>
        HttpPair.StartAsync(_engine, token, configure, new FakeTimeProvider(), bufferSize);

    private static async Task ReadPastAsync(RawClient peer, byte mark)
    {
        var buffer = new byte[64 * 1024];
        for (var read = 1; buffer[read - 1] != mark;)
        {
            read = await peer.ReadAsync(buffer);
        }
    }

    private static async Task<RawClient> BeginLongResponseAsync(HttpPair pair)
    {
        var (backend, _) = await pair.RequestAsync(Get);
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 1000000000\r\n\r\n");
        await Flood.FillAsync(backend, new byte[64 * 1024]);
        return backend;
    }

    /// <summary>Takes up to 16 KiB of the response each second of the clock, while there is a response. Returns how many seconds passed.</summary>
    private static async Task<int> TakeAsync(HttpPair pair, int until)
    {
        var buffer = new byte[16 * 1024];
        var seconds = 0;
        for (; seconds < until && pair.Harness.Outcomes.Requests.IsEmpty; seconds++)
        {
            await pair.Client.ReadAsync(buffer);

            // The kernel tells the sender's side of room when it gets to run.
            await Task.Delay(2);
            await pair.Harness.PassAsync(1);
        }

        return seconds;
    }
}
