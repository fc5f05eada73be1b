using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Recording;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>What a cluster's options say of its backends' responses and connections holds.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpClusterLimitTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpClusterLimitTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_response_whose_head_is_too_large_is_answered_502([Values(1024, 2048)] int limit, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, options => options.Clusters["app"].Limits.HeadBytes = limit);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\nX: {new string('a', 1200)}\r\n\r\nok");
            var isTaken = limit > 1200;
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith(isTaken ? "HTTP/1.1 200 " : "HTTP/1.1 502 "));
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That(
                (outcome.End, outcome.Error),
                Is.EqualTo(isTaken ? (RequestEnd.Completed, HttpError.None) : (RequestEnd.BadResponse, HttpError.HeadTooLarge)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_response_with_too_many_fields_is_answered_502([Values(2, 3)] int limit, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, options => options.Clusters["app"].Limits.Headers = limit);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: 1\r\nB: 2\r\n\r\nok");
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith(limit == 3 ? "HTTP/1.1 200 " : "HTTP/1.1 502 "));
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That(outcome.Error, Is.EqualTo(limit == 3 ? HttpError.None : HttpError.TooManyFields));
        }
    }

    [TestCase(null, 55)]
    [TestCase(10, 10)]
    [CancelAfter(30_000)]
    public async Task An_idle_connection_to_a_backend_is_closed_after_its_time(int? configured, int seconds, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(
            _engine,
            token,
            options => options.Clusters["app"].Timeouts.Idle = configured is { } given ? TimeSpan.FromSeconds(given) : options.Clusters["app"].Timeouts.Idle,
            new FakeTimeProvider());
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await Eventually.TrueAsync(() => pair.Harness.State(0).Idle == 1, "it is kept");
            await pair.Harness.PassAsync(seconds - 1);
            Assert.That(pair.Harness.State(0).Idle, Is.EqualTo(1));
            await pair.Harness.PassAsync(1.1);
            Assert.That(pair.Harness.State(0).Idle, Is.Zero);
            Assert.That(await backend.ReadToEndAsync(), Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reload_changes_the_time_for_connections_that_are_idle_already(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token, time: new FakeTimeProvider());
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await Eventually.TrueAsync(() => pair.Harness.State(0).Idle == 1, "it is kept");
            var options = BalancerHarness.Options(_engine, [pair.Listener.EndPoint]);
            options.Listeners.Single().Value.Mode = ListenerMode.Http;
            options.Clusters["app"].Timeouts.Idle = TimeSpan.FromSeconds(5);
            await pair.Harness.Balancer.ReloadAsync(options, token);
            await pair.Harness.PassAsync(5.1);
            await Eventually.TrueAsync(() => pair.Harness.State(0).Idle == 0, "it is closed");
        }
    }
}
