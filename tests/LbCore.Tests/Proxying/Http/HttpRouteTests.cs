using System;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>What routes do with requests and responses on their way.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpRouteTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    private readonly EngineCase _engine;

    public HttpRouteTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(30_000)]
    public async Task A_backend_sees_what_the_route_says_and_the_record_what_the_client_said(CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions
        {
            PathPrefix = "/api",
            Cluster = "app",
            Rewrite = new RewriteOptions { StripPrefix = "/api", AddPrefix = "/v2", Host = "app.internal:8080" },
            RequestHeaders = { Set = { ["X-Env"] = "beta", ["User-Agent"] = "lb" }, Remove = { "Cookie" } },
            ResponseHeaders = { Set = { ["X-Frame-Options"] = "DENY" }, Remove = { "Server" } },
        });
        var (backend, head) = await pair.RequestAsync(
            "GET /api/a%2Fb?x=/api HTTP/1.1\r\nHost: www.a.test\r\ncookie: a\r\nx-env: evil\r\nX-ENV: more\r\nUser-Agent: curl\r\nA: 1\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.StartWith("GET /v2/a%2Fb?x=/api HTTP/1.1\r\nHost: app.internal:8080\r\n"));
            Assert.That(head, Does.Contain("\r\nX-Env: beta\r\n").And.Contain("\r\nUser-Agent: lb\r\n").And.Contain("\r\nA: 1\r\n"));
            Assert.That(head, Does.Not.Contain("evil").And.Not.Contain("more").And.Not.Contain("ookie").And.Not.Contain("curl").And.Not.Contain("www.a.test"));
            await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nserver: x\r\nX-FRAME-OPTIONS: ALLOW\r\nB: 2\r\nContent-Length: 2\r\n\r\nok");
            var answer = await pair.Client.ReadHeadAsync();
            Assert.That(answer, Does.Contain("\r\nX-Frame-Options: DENY\r\n").And.Contain("\r\nB: 2\r\n").And.Not.Contain("server").And.Not.Contain("ALLOW"));
            Assert.That(await pair.Client.ReadTextAsync(2), Is.EqualTo("ok"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_goes_on_is_what_was_sent_when_nothing_is_rewritten(CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions { PathPrefix = "/a", Cluster = "app" });
        var (backend, head) = await pair.RequestAsync("GET /x/..//%61/%7e/./b?../%61 HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.StartWith("GET /x/..//%61/%7e/./b?../%61 HTTP/1.1\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_redirect_says_where_to_and_the_connection_goes_on(CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions
        {
            PathPrefix = "/old",
            Redirect = new RedirectOptions { Status = 308, To = "https://{host}/new{rest}{query}" },
            ResponseHeaders = { Set = { ["Strict-Transport-Security"] = "max-age=1" } },
        });
        const string Head = "HTTP/1.1 308 Permanent Redirect\r\nContent-Type: text/plain\r\nContent-Length: 23\r\n"
            + "Strict-Transport-Security: max-age=1\r\nDate: now\r\nLocation: https://a.test/new/x?y=1\r\n\r\n";
        await pair.Client.SendAsync("GET /old/x?y=1 HTTP/1.1\r\nHost: a.test:8080\r\n\r\n");
        Assert.That(Undated(await pair.Client.ReadHeadAsync()), Is.EqualTo(Head));
        Assert.That(await pair.Client.ReadTextAsync(23), Is.EqualTo("308 Permanent Redirect\n"));

        await pair.Client.SendAsync("HEAD /old/x?y=1 HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Assert.That(Undated(await pair.Client.ReadHeadAsync()), Is.EqualTo(Head));

        // A body that came with it is read and dropped.
        await pair.Client.SendAsync("POST /old/x?y=1 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc");
        Assert.That(Undated(await pair.Client.ReadHeadAsync()), Is.EqualTo(Head));
        await pair.Client.ReadTextAsync(23);
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(3);
        Assert.That(
            (outcome.End, outcome.Status, outcome.Stage, outcome.FailedBy, outcome.Cluster, outcome.AnswerBytes, outcome.Attempts.Count),
            Is.EqualTo((RequestEnd.Answered, 308, Stage.Route, FailureSource.None, "", 23, 0)));
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(2)).AnswerBytes, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_answer_needs_no_backend(CancellationToken token)
    {
        await using var pair = await StartAsync(
            token,
            new RouteOptions { Path = "/robots.txt", Answer = new AnswerOptions { Body = "Disallow: /ü\n", ContentType = "text/plain" } },
            new RouteOptions { Path = "/nothing", Answer = new AnswerOptions { Status = 204 } },
            new RouteOptions { PathPrefix = "/", Answer = new AnswerOptions { Status = 499 } });
        await pair.Client.SendAsync("GET /robots.txt HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(Undated(await pair.Client.ReadHeadAsync()), Is.EqualTo("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\nDate: now\r\n\r\n"));
        await pair.Client.ReadTextAsync(14);
        await pair.Client.SendAsync("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(Undated(await pair.Client.ReadHeadAsync()), Is.EqualTo("HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n"));
        await pair.Client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.That(
            Undated(await pair.Client.ReadTextToEndAsync()),
            Is.EqualTo("HTTP/1.1 499 \r\nContent-Length: 0\r\nDate: now\r\nConnection: close\r\n\r\n"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_answer_has_the_date_that_its_route_sets_and_no_other(CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions
        {
            Answer = new AnswerOptions { Status = 204 },
            ResponseHeaders = { Set = { ["date"] = "Thu, 01 Jan 1970 00:00:00 GMT" } },
        });
        await pair.Client.SendAsync(Get);
        Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo("HTTP/1.1 204 No Content\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_large_body_is_answered_at_once_and_ends_the_connection(CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions { Answer = new AnswerOptions { Status = 403, Body = "no" } });
        await pair.Client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\nabc");
        Assert.That(await pair.Client.ReadTextToEndAsync(), Does.StartWith("HTTP/1.1 403 Forbidden\r\n").And.Contain("\r\nConnection: close\r\n").And.EndsWith("\r\n\r\nno"));
        pair.Client.Dispose();
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.Answered));
    }

    [TestCase("GET /../x HTTP/1.1\r\nHost: h\r\n\r\n", HttpError.Path)]
    [TestCase("GET /a//../x HTTP/1.1\r\nHost: h\r\n\r\n", HttpError.Path)]
    [TestCase("GET /%2 HTTP/1.1\r\nHost: h\r\n\r\n", HttpError.Path)]
    [TestCase("GET /to HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", HttpError.HostMissing)]
    [CancelAfter(30_000)]
    public async Task What_no_route_can_judge_is_answered_400_and_the_next_request_goes_on(string request, HttpError error, CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions { PathPrefix = "/to", Redirect = new RedirectOptions { To = "https://{host}/x" } });
        await pair.Client.SendAsync(request);
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 400 "));
        await pair.Client.ReadErrorAsync();
        var outcome = await pair.Harness.Outcomes.WaitForRequestAsync(1);
        Assert.That(
            (outcome.End, outcome.Error, outcome.Status, outcome.FailedBy, outcome.Stage),
            Is.EqualTo((RequestEnd.BadRequest, error, 400, FailureSource.Client, Stage.Route)));

        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Without_routes_no_path_is_looked_at(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(_engine, token);
        var (backend, head) = await pair.RequestAsync("GET /../%zz HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            Assert.That(head, Does.StartWith("GET /../%zz HTTP/1.1\r\n"));
        }
    }

    /// <summary>Returns an answer of ours with "now" for its Date, which has to be this minute's.</summary>

    [TestCase("1\r\na\r\n1\r\nb\r\n0\r\n\r\n")]
    [TestCase("0\r\nX-Sum: 1\r\n\r\n")]
    [CancelAfter(30_000)]
    public async Task A_body_that_has_come_is_dropped_and_the_connection_goes_on(string body, CancellationToken token)
    {
        await using var pair = await StartAsync(token, new RouteOptions { PathPrefix = "/fixed", Answer = new AnswerOptions { Status = 200 } });
        await pair.Client.SendAsync("POST /fixed HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 ").And.Not.Contain("close"));
        var (backend, _) = await pair.RequestAsync(Get);
        using (backend)
        {
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync() + await pair.Client.ReadTextAsync(2), Is.EqualTo(Ok));
        }
    }

    private static string Undated(string answer)
    {
        var date = Regex.Match(answer, "\r\nDate: ([^\r]*)\r\n").Groups[1].Value;
        Assert.That(DateTimeOffset.TryParseExact(date, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time), Is.True, answer);
        Assert.That(time, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
        return answer.Replace(date, "now", StringComparison.Ordinal);
    }

    private Task<HttpPair> StartAsync(CancellationToken token, params RouteOptions[] routes) => HttpPair.StartAsync(_engine, token, options =>
    {
        foreach (var route in routes)
        {
            options.Listeners[BalancerHarness.ListenerName].Routes.Add(route);
        }
    });
}
