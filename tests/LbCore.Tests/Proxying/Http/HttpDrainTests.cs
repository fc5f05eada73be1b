using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>A stop ends idle connections at once, and others with the response that they wait for.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpDrainTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpDrainTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task An_idle_connection_ends_and_the_one_at_work_says_that_it_is_the_last_response(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            using var second = await pair.Harness.ConnectAsync();
            await second.SendAsync(Get);
            using var other = await ReadOnAsync(pair, backend);
            var stopping = pair.Harness.Balancer.StopAsync(token);
            Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
            await pair.Harness.TurnAsync();
            await other.SendAsync(Ok);
            Assert.That(await second.ReadTextToEndAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));

            // Whoever does not close is waited for a while.
            second.Dispose();
            await stopping;
            Assert.That((await pair.Harness.Outcomes.WaitForHttpConnectionAsync(1)).End, Is.EqualTo(ConnectionEnd.Drained));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_connection_whose_response_had_begun_before_the_stop_ends_with_it(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var client = await pair.Harness.ConnectAsync();
        var (backend, stopping) = await StopInResponseAsync(pair, client, Get, token);
        using (backend)
        {
            await backend.SendAsync(Ok[^1..]);
            Assert.That(await client.ReadTextToEndAsync(), Is.EqualTo("ok"));
            await stopping;
            Assert.That((await pair.Harness.Outcomes.WaitForHttpConnectionAsync(2)).End, Is.EqualTo(ConnectionEnd.Drained));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_waits_behind_a_response_that_had_begun_before_the_stop_is_served(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var client = await pair.Harness.ConnectAsync();
        var (backend, stopping) = await StopInResponseAsync(pair, client, Get + Get, token);
        using (backend)
        {
            await backend.SendAsync(Ok[^1..]);
            await backend.ReadHeadAsync();
            await backend.SendAsync(Ok);
            Assert.That(
                await client.ReadTextToEndAsync(),
                Is.EqualTo("okHTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
            client.Dispose();
            await stopping;
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_has_not_ended_when_the_time_is_over_is_cut_off(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(
            _engine, token, static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await pair.Harness.Balancer.StopAsync(token);
            Assert.That((await pair.Client.ReadUntilClosedAsync()).IsReset, Is.True);
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((RequestEnd.Shutdown, FailureSource.Proxy)));
        }
    }

    /// <summary>Stops while all of a response but its last byte is out. The end of an idle connection shows that the drain has begun.</summary>
    private static async Task<(RawClient Backend, Task Stopping)> StopInResponseAsync(
        HttpPair pair, RawClient client, string requests, CancellationToken token)
    {
        var (idle, _) = await pair.RequestAsync(Get);
        await idle.SendAsync(Ok);
        await pair.Client.ReadHeadAsync();
        await pair.Client.ReadTextAsync(2);
        await pair.Harness.Outcomes.WaitForRequestAsync(1);
        await client.SendAsync(requests);
        var backend = await ReadOnAsync(pair, idle);
        await backend.SendAsync(Ok[..^1]);
        await client.ReadHeadAsync();
        var stopping = pair.Harness.Balancer.StopAsync(token);
        Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
        await pair.Harness.TurnAsync();
        return (backend, stopping);
    }

    // With two loops the second client may be on the other one, which has no idle connection to the backend.
    private static async Task<RawClient> ReadOnAsync(HttpPair pair, RawClient first)
    {
        var onFirst = first.ReadHeadAsync();
        var accepted = pair.Listener.AcceptAsync();
        if (await Task.WhenAny(onFirst, accepted) == onFirst)
        {
            _ = accepted.ContinueWith(static task => task.Exception, TaskScheduler.Default);
            return first;
        }

        _ = onFirst.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        var backend = await accepted;
        await backend.ReadHeadAsync();
        return backend;
    }
}
