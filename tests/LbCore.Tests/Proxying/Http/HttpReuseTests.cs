using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Connections to backends that are used again, and what happens when one was closing.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpReuseTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpReuseTests(EngineCase engine) => _engine = engine;

    [TestCase("GET / HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")]
    [CancelAfter(30_000)]
    public async Task A_reused_connection_that_dies_before_a_response_costs_an_idempotent_request_nothing(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var first = await ServeOnceAsync(pair);
        await pair.Client.SendAsync(request);
        await first.ReadHeadAsync();
        first.Reset();
        using var second = await pair.Listener.AcceptAsync();
        Assert.That(await second.ReadHeadAsync(), Does.StartWith(request[..3]));
        if (request.EndsWith("body", StringComparison.Ordinal))
        {
            Assert.That(await second.ReadTextAsync(4), Is.EqualTo("body"));
        }

        await second.SendAsync(Ok);
        Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(2);
        Assert.That(
            (outcome.End, outcome.Attempts.Count, outcome.Attempts[0].IsReused, outcome.Attempts[0].RetrySafety, outcome.Attempts[1].IsReused),
            Is.EqualTo((RequestEnd.Completed, 2, true, RetrySafety.OnReusedConnection, false)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task It_is_tried_once_more_and_not_for_ever(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var first = await ServeOnceAsync(pair);
        await pair.Client.SendAsync(Get);
        await first.ReadHeadAsync();
        first.Reset();
        using var second = await pair.Listener.AcceptAsync();
        await second.ReadHeadAsync();
        second.Reset();
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(2);
        Assert.That((outcome.End, outcome.Attempts.Count), Is.EqualTo((RequestEnd.BackendClosed, 2)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task After_an_interim_response_a_request_is_not_sent_again(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var first = await ServeOnceAsync(pair);
        await pair.Client.SendAsync("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n");
        await first.ReadHeadAsync();
        await first.SendAsync("HTTP/1.1 102 Processing\r\n\r\n");
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 102 "));
        first.Dispose();
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(2)).Attempts.Count, Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task After_a_part_of_a_status_line_a_request_is_not_sent_again(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var first = await ServeOnceAsync(pair);
        await pair.Client.SendAsync(Get);
        await first.ReadHeadAsync();
        await pair.Harness.TurnAsync();
        var before = pair.Harness.RentedBuffers;
        await first.SendAsync("HTTP/1.1 200 O");
        await Eventually.TrueAsync(() => pair.Harness.RentedBuffers > before, "a part of the response is there");
        await pair.Harness.TurnAsync();
        first.Reset();
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(2)).Attempts.Count, Is.EqualTo(1));
    }

    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("PATCH / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")]
    [CancelAfter(30_000)]
    public async Task A_request_that_must_not_run_twice_is_not_sent_twice(string request, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var first = await ServeOnceAsync(pair);
        await pair.Client.SendAsync(request);
        await first.ReadHeadAsync();
        first.Reset();
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(2);
        Assert.That((outcome.Attempts.Count, outcome.Attempts[0].RetrySafety), Is.EqualTo((1, RetrySafety.OnReusedConnection)));
        Assert.That(pair.Harness.State(0).Failures, Is.Zero, "a connection that was closing says nothing of the backend");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_fresh_connection_that_dies_is_the_backends_failure(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        backend.Reset();
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 "));
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.Attempts.Count), Is.EqualTo((RequestEnd.BackendClosed, 1)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_connection_that_the_backend_closed_while_idle_is_noticed_before_use(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using (await ServeOnceAsync(pair))
        {
        }

        await Eventually.TrueAsync(() => pair.Harness.State(0).Idle == 0, "the idle connection is gone");
        var (second, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        using (second)
        {
            await second.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false)]
    [TestCase("HTTP/1.0 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n", false)]
    [TestCase("HTTP/1.0 200 OK\r\nDate: d\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", true)]
    [TestCase("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n", true)]
    [CancelAfter(30_000)]
    public async Task A_connection_is_kept_when_its_backend_keeps_it(string response, bool kept, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(response);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n"));
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That(pair.Harness.State(0).Idle, Is.EqualTo(kept ? 1 : 0));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_goes_wrong_on_the_fresh_connection_after_a_reused_one_is_the_backends_fault(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        using var first = await ServeOnceAsync(pair);
        await pair.Client.SendAsync(Get);
        await first.ReadHeadAsync();
        first.Reset();
        using (var second = await pair.Listener.AcceptAsync())
        {
            await second.ReadHeadAsync();
            await second.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
            await pair.Client.ReadHeadAsync();
        }

        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(2);
        Assert.That(outcome.End, Is.EqualTo(RequestEnd.ResponseTruncated));
        Assert.That(outcome.Attempts[0].RetrySafety, Is.EqualTo(RetrySafety.OnReusedConnection));
        Assert.That((outcome.Attempts[1].FailedBy, outcome.Attempts[1].RetrySafety), Is.EqualTo((FailureSource.Backend, RetrySafety.Never)));
    }

    private static async Task<RawClient> ServeOnceAsync(HttpPair pair)
    {
        var (backend, _) = await pair.RequestAsync(Get);
        await backend.SendAsync(Ok);
        await pair.Client.ReadHeadAsync();
        await pair.Client.ReadTextAsync(2);
        await Eventually.TrueAsync(() => pair.Harness.State(0).Idle == 1, "the connection is idle");
        return backend;
    }
}
