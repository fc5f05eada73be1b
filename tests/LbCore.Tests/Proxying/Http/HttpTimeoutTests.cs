using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Each time limit has its own outcome and answer. On a clock that the test moves.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpTimeoutTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpTimeoutTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_sends_nothing_is_closed_without_a_word(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        await pair.Harness.PassAsync(9.9);
        Assert.That(pair.Harness.Outcomes.HttpConnections, Is.Empty);
        await pair.Harness.PassAsync(0.2);
        Assert.That((await pair.Client.ReadUntilClosedAsync()).Bytes, Is.Empty);
        var outcome = await pair.Harness.Outcomes.WaitForHttpConnectionAsync(1);
        Assert.That((outcome.End, outcome.Requests), Is.EqualTo((ConnectionEnd.HeadTimeout, 0L)));
        Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_head_that_drips_is_answered_408_whatever_its_pace(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        foreach (var piece in new[] { "GET / ", "HTTP/1.1\r\n", "Host: ", "h\r\n" })
        {
            await pair.Client.SendAsync(piece);
            await Eventually.TrueAsync(() => pair.Harness.RentedBuffers > 0, "a part of a head is there");
            await pair.Harness.PassAsync(2.4);
        }

        await pair.Harness.PassAsync(0.6);
        Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 408 ").And.Contain("Connection: close"));
        pair.Client.Dispose();
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That((outcome.End, outcome.Status, outcome.FailedBy), Is.EqualTo((RequestEnd.HeadTimeout, 408, FailureSource.Client)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_idle_connection_is_closed_after_the_keep_alive_time(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            await pair.Harness.PassAsync(59.9);
            Assert.That(pair.Harness.Outcomes.HttpConnections, Is.Empty);
            await pair.Harness.PassAsync(0.2);
            Assert.That(await pair.Client.ReadToEndAsync(), Is.Empty);
            Assert.That((await pair.Harness.Outcomes.WaitForHttpConnectionAsync(1)).End, Is.EqualTo(ConnectionEnd.KeepAliveTimeout));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_empty_line_in_two_reads_is_no_beginning_of_a_request_either(CancellationToken token)
    {
        var time = new FakeTimeProvider();
        await using var pair = await HttpPair.StartAsync(_engine, token, time: time);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            await pair.Client.SendAsync("\r");
            await pair.Harness.PassAsync(0);
            await pair.Client.SendAsync("\n");

            // The time for a head is 10 s, that between requests 60 s.
            await pair.Harness.PassAsync(59);
            Assert.That(pair.Harness.Outcomes.HttpConnections, Is.Empty);
            await pair.Harness.PassAsync(1.1);
            Assert.That((await pair.Harness.Outcomes.WaitForHttpConnectionAsync(1)).End, Is.EqualTo(ConnectionEnd.KeepAliveTimeout));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_next_head_has_its_own_time_from_its_first_byte(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            await pair.Harness.PassAsync(50);
            await pair.Client.SendAsync("GET /");
            await Eventually.TrueAsync(() => pair.Harness.RentedBuffers > 0, "a part of a head is there");
            await pair.Harness.PassAsync(9.9);
            Assert.That(pair.Harness.Outcomes.Requests, Has.Count.EqualTo(1));
            await pair.Harness.PassAsync(0.2);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 408 "));
            pair.Client.Dispose();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_that_stops_is_answered_408_and_one_that_goes_on_is_not(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
        using (backend)
        {
            // Each as large as 29 s at the lowest rate ask for.
            foreach (var piece in new[] { new string('a', 8000), new string('b', 8000), new string('c', 8000) })
            {
                await pair.Harness.PassAsync(29);
                await pair.Client.SendAsync(piece);
                Assert.That(await backend.ReadTextAsync(8000), Is.EqualTo(piece));
            }

            await pair.Harness.PassAsync(30.1);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 408 ").And.Contain("Connection: close"));
            Assert.That((await backend.ReadUntilClosedAsync()).IsReset, Is.True);
            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.BytesUp), Is.EqualTo((RequestEnd.BodyTimeout, 408, 24_000L)));
            Assert.That(pair.Harness.State(0).Failures, Is.Zero);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_does_not_answer_is_answered_504_for(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nX: ");
            await pair.Harness.PassAsync(59.9);
            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            await pair.Harness.PassAsync(0.2);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 504 ").And.Not.Contain("close"));
            await pair.Client.ReadErrorAsync();
            await backend.ReadUntilClosedAsync();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.FailedBy), Is.EqualTo((RequestEnd.ResponseTimeout, 504, FailureSource.Backend)));
            Assert.That(pair.Harness.State(0).Failures, Is.EqualTo(1));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_long_upload_takes_nothing_from_the_time_to_answer_it(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 32000\r\n\r\n");
        using (backend)
        {
            for (var i = 0; i < 4; i++)
            {
                await pair.Harness.PassAsync(29);
                await pair.Client.SendAsync(new string('a', 8000));
                await backend.ReadTextAsync(8000);
            }

            await pair.Harness.PassAsync(59);
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_waits_for_leave_to_send_its_body_has_its_time_from_the_leave_on(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        using (backend)
        {
            await pair.Harness.PassAsync(50);
            await backend.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 100 "));
            await pair.Harness.PassAsync(29);
            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            await pair.Harness.PassAsync(1.1);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 408 "));
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.BodyTimeout));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_that_gives_no_leave_and_no_answer_is_answered_504_for(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        using (backend)
        {
            await pair.Harness.PassAsync(59.9);
            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);
            await pair.Harness.PassAsync(0.2);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 504 "));
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.ResponseTimeout));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_response_that_stops_is_cut_off_and_one_that_goes_on_is_not(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            foreach (var piece in new[] { "a", "b", "c" })
            {
                await pair.Harness.PassAsync(59);
                await backend.SendAsync(piece);
                Assert.That(await pair.Client.ReadTextAsync(1), Is.EqualTo(piece));
            }

            await pair.Harness.PassAsync(60.1);
            Assert.That((await pair.Client.ReadUntilClosedAsync()).Bytes, Is.Empty);
            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, outcome.BytesDown), Is.EqualTo((RequestEnd.ResponseStalled, 200, 3L)));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_takes_nothing_of_its_response_is_cut_off(CancellationToken token)
    {
        await using var pair = await StartAsync(token, bufferSize: 8192);
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 100000000\r\n\r\n");
            var sending = backend.WriteAsync(new byte[32 * 1024 * 1024]);
            await PassUntilEndAsync(pair);
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((RequestEnd.ClientStalled, FailureSource.Client)));
            Assert.That(async () => await sending, Throws.InstanceOf<System.IO.IOException>());
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_takes_nothing_of_its_request_is_answered_504_for(CancellationToken token)
    {
        await using var pair = await StartAsync(token, bufferSize: 8192);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
        using (backend)
        {
            var sending = pair.Client.WriteAsync(new byte[32 * 1024 * 1024]);
            await PassUntilEndAsync(pair);
            Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 504 "));
            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((RequestEnd.RequestStalled, FailureSource.Backend)));
            await sending.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_empty_line_behind_a_body_does_not_begin_a_request(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody\r\n");
        using (backend)
        {
            await backend.ReadTextAsync(4);
            await backend.SendAsync(Ok);
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
            await pair.Harness.PassAsync(11);
            Assert.That(pair.Harness.Outcomes.Requests, Has.Count.EqualTo(1), "answered 408");
            pair.Client.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Is.Empty);
            Assert.That(pair.Harness.Outcomes.Requests, Has.Count.EqualTo(1), "answered 400");
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_tunnel_has_an_idle_time_of_its_own(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            await pair.Harness.PassAsync(3500);
            Assert.That(pair.Harness.Outcomes.Requests, Is.Empty);

            // The client's kernel may take its time to acknowledge the head, which counts as life in the tunnel.
            await PassUntilEndAsync(pair, 1800);
            Assert.That((await pair.Client.ReadUntilClosedAsync()).IsReset, Is.True);
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Tunnelled));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_tunnel_that_one_side_has_ended_has_a_shorter_one(CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            pair.Client.SendFin();
            Assert.That(await backend.ReadToEndAsync(), Is.Empty);
            await PassUntilEndAsync(pair);
            Assert.That((await pair.Client.ReadUntilClosedAsync()).IsReset, Is.True);
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.TotalMilliseconds < 600_000), Is.EqualTo((RequestEnd.Tunnelled, true)));
        }
    }

    private Task<HttpPair> StartAsync(CancellationToken token, int bufferSize = 0) =>
        HttpPair.StartAsync(_engine, token, time: new FakeTimeProvider(), bufferSize: bufferSize);

    // For a sender that blocks when the buffers on its way are full, and who knows when that is.
    private static async Task PassUntilEndAsync(HttpPair pair, double step = 1)
    {
        while (pair.Harness.Outcomes.Requests.IsEmpty)
        {
            await pair.Harness.PassAsync(step);
            await Task.Delay(1);
        }
    }
}
