using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Requests that are answered before their body is there.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpEarlyAnswerTests
{
    private const string Post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n";

    private readonly EngineCase _engine;

    public HttpEarlyAnswerTests(EngineCase engine) => _engine = engine;

    [TestCase("Connection: close\r\n")]
    [TestCase("")]
    [CancelAfter(60_000)]
    public async Task A_backend_that_answers_early_and_reads_no_more_has_not_failed(string field, CancellationToken token)
    {
        await using var pair = await StartAsync(token, bufferSize: 8192);
        var (backend, _) = await pair.RequestAsync(Post);
        using (backend)
        {
            await Flood.FillAsync(pair.Client, new byte[64 * 1024]);
            await backend.SendAsync($"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n{field}\r\nbig");
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(3), Does.StartWith("HTTP/1.1 413 ").And.EndsWith("big"));
            while (pair.Harness.Outcomes.Requests.IsEmpty)
            {
                await pair.Harness.PassAsync(1);
            }

            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.Status, pair.Harness.State(0).Failures), Is.EqualTo((RequestEnd.Completed, 413, 0L)));
        }
    }

    [TestCase("timeout")]
    [TestCase("reset")]
    [TestCase("fin")]
    [CancelAfter(60_000)]
    public async Task A_request_that_was_answered_is_completed_however_the_rest_of_its_body_fails(string how, CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nbegin");
        using (backend)
        {
            await backend.ReadTextAsync(5);
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok");
            await pair.Client.ReadHeadAsync();
            await pair.Client.ReadTextAsync(2);
            await pair.Harness.TurnAsync();
            switch (how)
            {
                case "timeout":
                    await pair.Harness.PassAsync(31);
                    break;
                case "reset":
                    pair.Client.Reset();
                    break;
                default:
                    pair.Client.SendFin();
                    break;
            }

            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            pair.Client.Dispose();
            Assert.That((outcome.End, outcome.Status), Is.EqualTo((RequestEnd.Completed, 200)));
        }
    }

    [TestCase("Connection: close\r\n", true)]
    [TestCase("", false)]
    [CancelAfter(30_000)]
    public async Task A_client_is_told_when_the_rest_of_its_body_will_not_be_read(string field, bool isTold, CancellationToken token)
    {
        await using var pair = await StartAsync(token);
        var (backend, _) = await pair.RequestAsync(Post);
        using (backend)
        {
            await backend.SendAsync($"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n{field}\r\n");
            Assert.That((await pair.Client.ReadHeadAsync()).Contains("Connection: close", StringComparison.Ordinal), Is.EqualTo(isTold));
        }
    }

    private Task<HttpPair> StartAsync(CancellationToken token, int bufferSize = 0) =>
        HttpPair.StartAsync(_engine, token, time: new FakeTimeProvider(), bufferSize: bufferSize);
}
