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

/// <summary>Each limit of what a client may send has its own answer and outcome.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpLimitTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";
    private const string LastOk = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpLimitTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_target_that_is_too_long_is_answered_414(CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.TargetBytes = 64, token);
        await pair.Client.SendAsync($"GET /{new string('a', 64)} HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 414 ").And.Contain("\r\nConnection: close\r\n"));
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.Error, outcome.Status), Is.EqualTo((RequestEnd.BadRequest, HttpError.TargetTooLong, 414)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_target_as_long_as_the_limit_is_taken(CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.TargetBytes = 64, token);
        var (backend, head) = await pair.RequestAsync($"GET /{new string('a', 63)} HTTP/1.1\r\nHost: h\r\n\r\n");
        backend.Dispose();
        Assert.That(head, Does.StartWith($"GET /{new string('a', 63)} HTTP/1.1\r\n"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_target_may_have_8_KiB_by_default([Values(8192, 8193)] int length, CancellationToken token)
    {
        await using var pair = await StartAsync(static _ => { }, token);
        await pair.Client.SendAsync($"HEAD /{new string('a', length - 1)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        if (length > 8192)
        {
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 414 "));
            return;
        }

        using var backend = await pair.Listener.AcceptAsync();
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("HEAD /aaa"));
    }

    [TestCase("Content-Length: 11", "")]
    [TestCase("Content-Length: 11\r\nExpect: 100-continue", "")]
    [TestCase("Content-Length: 999999999999999999", "some of it")]
    [TestCase("Content-Length: 11", "all of it..")]
    [CancelAfter(30_000)]
    public async Task A_body_that_is_announced_too_large_is_answered_413_at_once_and_reaches_nobody(string fields, string body, CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.BodyBytes = 10, token);
        await pair.Client.SendAsync($"PUT / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n{body}");
        Assert.That(
            await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 413 Content Too Large\r\n").And.Contain("\r\nConnection: close\r\n"));
        pair.Client.Dispose();
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.Status, outcome.FailedBy), Is.EqualTo((RequestEnd.BodyTooLarge, 413, FailureSource.Client)));
        Assert.That(pair.Harness.State(0).Total, Is.Zero);
    }

    [TestCase("b\r\nhello world\r\n0\r\n\r\n")]
    [TestCase("b\r\nhello world\r\n")]
    [CancelAfter(30_000)]
    public async Task Chunks_that_are_too_many_from_the_beginning_are_answered_413(string chunks, CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.BodyBytes = 10, token);
        await pair.Client.SendAsync("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
        Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 413 ").And.Contain("\r\nConnection: close\r\n"));
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.BodyTooLarge));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Chunks_that_become_too_many_are_answered_413_and_reset_the_backend([Values] bool atTheEnd, CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.BodyBytes = 10, token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n");
        using (backend)
        {
            Assert.That(await backend.ReadTextAsync(15), Is.EqualTo("a\r\n0123456789\r\n"));
            await pair.Client.SendAsync("1\r\nx\r\n" + (atTheEnd ? "0\r\n\r\n" : ""));
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 413 ").And.Contain("\r\nConnection: close\r\n"));
            var end = await backend.ReadUntilClosedAsync();
            Assert.That((end.IsReset, end.Bytes), Is.EqualTo((true, Array.Empty<byte>())));
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.BytesUp), Is.EqualTo((RequestEnd.BodyTooLarge, 413, 10L)));
            Assert.That(pair.Harness.State(0).Failures, Is.Zero);
        }
    }

    [TestCase("Content-Length: 10\r\n\r\n0123456789")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")]
    [CancelAfter(30_000)]
    public async Task A_body_as_large_as_the_limit_is_taken(string rest, CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.BodyBytes = 10, token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\n" + rest);
        using (backend)
        {
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_response_to_the_last_request_that_a_connection_may_bring_says_so_and_closes_it(CancellationToken token)
    {
        await using var pair = await StartAsync(static limits => limits.Requests = 3, token);
        var (backend, _) = await pair.RequestAsync(Get + Get + Get + Get);
        using (backend)
        {
            for (var i = 1; i < 3; i++)
            {
                await backend.SendAsync(Ok);
                Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
                await backend.ReadHeadAsync();
            }

            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.EqualTo(LastOk), "the fourth is not looked at, and destroys nothing");
            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForHttpConnectionAsync(1);
            Assert.That((outcome.End, outcome.Requests), Is.EqualTo((ConnectionEnd.RequestLimit, 3L)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_answer_of_our_own_to_the_last_request_says_so_too(CancellationToken token)
    {
        await using var harness = await BalancerHarness.StartHttpAsync(
            _engine, [RawListener.RefusingEndPoint()], token, static options => options.Listeners["web"].Limits.Requests = 2);
        using var client = await harness.ConnectAsync();
        await client.SendAsync(Get);
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 502 ").And.Not.Contain("close"));
        await client.ReadErrorAsync();
        await client.SendAsync(Get);
        Assert.That(await client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 502 ").And.Contain("\r\nConnection: close\r\n"));
    }

    private Task<HttpPair> StartAsync(Action<ListenerLimitOptions> set, CancellationToken token) =>
        HttpPair.StartAsync(_engine, token, options => set(options.Listeners["web"].Limits));

    [Test]
    [CancelAfter(30_000)]
    public async Task A_head_that_has_begun_ends_under_the_limits_that_it_began_with(CancellationToken token)
    {
        var time = new FakeTimeProvider();
        await using var pair = await HttpPair.StartAsync(_engine, token, time: time);
        var lines = string.Concat(Enumerable.Range(0, 40).Select(static i => $"X-{i}: {new string('a', 90)}\r\n"));
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n" + lines);
        await pair.Harness.PassAsync(0);
        var options = BalancerHarness.Options(_engine, [pair.Listener.EndPoint]);
        options.Listeners["web"].Mode = ListenerMode.Http;
        options.Listeners["web"].Limits.HeadBytes = 2048;
        await pair.Harness.Balancer.ReloadAsync(options, token);
        var (backend, _) = await pair.RequestAsync("\r\n");
        using (backend)
        {
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
            await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n" + lines);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 431 "));
        }
    }
}
