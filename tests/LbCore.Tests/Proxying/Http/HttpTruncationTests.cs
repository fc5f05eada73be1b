using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>A body that breaks off is seen to by the other side, however it is framed there, and never as a clean end.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpTruncationTests
{
    private const string Length = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\nshort";
    private const string Chunks = "HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n";
    private const string UntilClose = "HTTP/1.1 200 OK\r\nDate: d\r\n\r\nshort";
    private const string OldLength = "HTTP/1.0 200 OK\r\nDate: d\r\nContent-Length: 10\r\n\r\nshort";
    private const string OldUntilClose = "HTTP/1.0 200 OK\r\nDate: d\r\n\r\nshort";

    private readonly EngineCase _engine;

    public HttpTruncationTests(EngineCase engine) => _engine = engine;

    private enum Framing
    {
        Length,
        Chunks,
        UntilClose,
    }

    /// <summary>
    /// Gets all ways in which a response is framed, ends too early, and is passed on. Without a framing of its own only a
    /// reset is too early.
    /// </summary>
    private static IEnumerable<object[]> Breaks =>
        from response in new[] { Length, Chunks, UntilClose, OldLength, OldUntilClose }
        from byReset in new[] { false, true }
        where byReset || response is not (UntilClose or OldUntilClose)
        from version in new[] { "1.1", "1.0" }
        from atOnce in new[] { false, true }
        where !(byReset && atOnce)
        select new object[] { response, byReset, version, atOnce };

    [TestCaseSource(nameof(Breaks))]
    [CancelAfter(30_000)]
    public async Task A_response_that_breaks_off_does_so_for_the_client(
        string response, bool byReset, string version, bool atOnce, CancellationToken token)
    {
        var framing = response.Contains("Length", StringComparison.Ordinal) ? Framing.Length
            : version == "1.1" && response.Contains("chunked", StringComparison.Ordinal) ? Framing.Chunks
            : Framing.UntilClose;
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync($"GET / HTTP/{version}\r\nHost: h\r\n\r\n");
        using (backend)
        {
            // At once: the end may be there when the head is read. A reset may overtake bytes, so not with that.
            await backend.SendAsync(response);
            if (!atOnce)
            {
                await pair.Client.ReadHeadAsync();
            }

            if (byReset)
            {
                backend.Reset();
            }
            else
            {
                backend.SendFin();
            }

            var end = await pair.Client.ReadUntilClosedAsync();
            var text = Encoding.ASCII.GetString(end.Bytes);
            switch (framing)
            {
                case Framing.Length:
                    Assert.That(text, Does.EndWith("short"), "fewer bytes than were announced");
                    break;
                case Framing.Chunks:
                    Assert.That(text, Does.Not.Contain("0\r\n\r\n"), "no last chunk");
                    break;
                case Framing.UntilClose:
                    Assert.That(end.IsReset, Is.True, "the end of the stream would be the end of the body");
                    break;
            }

            pair.Client.Dispose();
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy), Is.EqualTo((RequestEnd.ResponseTruncated, FailureSource.Backend)));
            Assert.That((pair.Harness.State(0).Failures, pair.Harness.State(0).Idle), Is.EqualTo((1L, 0)));
        }
    }

    [TestCase(UntilClose, "1.1")]
    [TestCase(UntilClose, "1.0")]
    [TestCase(OldUntilClose, "1.1")]
    [CancelAfter(30_000)]
    public async Task A_response_until_the_close_that_ends_well_does_so_for_the_client(string response, string version, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync($"GET / HTTP/{version}\r\nHost: h\r\nConnection: close\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync(response);
            backend.SendFin();
            var end = await pair.Client.ReadUntilClosedAsync();
            Assert.That((end.IsReset, Encoding.ASCII.GetString(end.Bytes)[^5..]), Is.EqualTo((false, "short")));
            Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Completed));
        }
    }

    /// <summary>All ways in which a request is framed and ends too early.</summary>
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nshort", 5)]
    [TestCase("POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\nshort", 5)]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", 10)]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n", 10)]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\nA: b\r\n", 10)]
    [CancelAfter(30_000)]
    public async Task A_request_that_breaks_off_resets_the_backend_and_is_answered_400(string request, int arrives, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, _) = await pair.RequestAsync(request);
        using (backend)
        {
            await backend.ReadExactlyAsync(arrives);
            pair.Client.SendFin();
            Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 400 "));
            var end = await backend.ReadUntilClosedAsync();
            Assert.That((end.IsReset, end.Bytes), Is.EqualTo((true, Array.Empty<byte>())), "neither a last chunk nor an orderly end");
            var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
            Assert.That((outcome.End, outcome.FailedBy, outcome.Status), Is.EqualTo((RequestEnd.RequestTruncated, FailureSource.Client, 400)));
        }
    }
}
