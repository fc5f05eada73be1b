using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>What backends are told of a request's way, by whom the listener believes.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
[Parallelizable(ParallelScope.All)]
internal sealed class ForwardedHeadersTests(EngineCase engine)
{
    private const string Request =
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Request-Id: theirs\r\nX_Forwarded_For: 8.8.8.8\r\n\r\n";

    [Test]
    [CancelAfter(30_000)]
    public async Task Nobody_is_believed_by_default_and_every_request_gets_an_identifier_of_its_own(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token);
        var (backend, first) = await pair.RequestAsync(Request);
        using (backend)
        {
            await backend.SendAsync("HTTP/1.1 204 No Content\r\nDate: d\r\n\r\n");
            await pair.Client.ReadHeadAsync();
            await pair.Client.SendAsync(Request);
            var second = await backend.ReadHeadAsync();

            const string expected = "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n\r\n";
            Assert.That((first.WithoutRequestId(), second.WithoutRequestId()), Is.EqualTo((expected, expected)));
            Assert.That(first, Is.Not.EqualTo(second));
        }
    }

    [TestCase("127.0.0.0/8")]
    [TestCase("::ffff:127.0.0.1")]
    [CancelAfter(30_000)]
    public async Task A_trusted_sender_is_believed(string trusted, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, options => Of(options).Trusted.Add(trusted));
        var (backend, head) = await pair.RequestAsync(Request);
        using (backend)
        {
            Assert.That(head, Is.EqualTo(
                "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 9.9.9.9, 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Request-Id: theirs\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Everything_can_be_told(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options =>
        {
            var told = Of(options);
            told.XForwardedHost = told.XForwardedPort = told.XRealIp = told.Forwarded = told.Via = ForwardedHeaderMode.Set;
        });
        var (backend, head) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: example.com\r\nVia: 1.1 before\r\n\r\n");
        using (backend)
        {
            Assert.That(head.WithoutRequestId(), Is.EqualTo(
                "GET / HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: example.com\r\n"
                + $"X-Forwarded-Port: {((IPEndPoint)pair.Client.Socket.RemoteEndPoint!).Port}\r\nX-Real-IP: 127.0.0.1\r\nForwarded: for=127.0.0.1;proto=http;host=example.com\r\n"
                + "Via: 1.1 lbcore\r\n\r\n"));
            await backend.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nDate: d\r\nVia: 1.1 inner\r\n\r\n");
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nVia: 1.1 lbcore\r\n\r\n"));
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 204 No Content\r\nDate: d\r\nVia: 1.1 inner, 1.1 lbcore\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Nothing_need_be_told(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options =>
        {
            var told = Of(options);
            told.XForwardedFor = told.XForwardedProto = told.XRequestId = ForwardedHeaderMode.Off;
        });
        var (backend, head) = await pair.RequestAsync(Request);
        using (backend)
        {
            Assert.That(head, Is.EqualTo("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_with_an_underscore_is_refused_where_the_listener_refuses_those(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(
            engine, token, static options => options.Listeners[BalancerHarness.ListenerName].Underscores = UnderscoreMode.Reject);
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nA_B: 1\r\n\r\n");

        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 400 "));
    }

    private static ForwardedHeadersOptions Of(LbCoreOptions options) => options.Listeners[BalancerHarness.ListenerName].ForwardedHeaders;
}
