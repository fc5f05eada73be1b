using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>What a load balancer writes of its requests and connections.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class AccessLogTests(EngineCase engine) : AccessLogFixture(engine)
{
    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_is_a_line_with_what_was_sent(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token);
        using var client = await ConnectAsync(balancer, token);
        using var backend = await PassOnAsync(client, listener);
        await backend.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));

        await client.SendAsync("POST http://x/y HTTP/1.1\r\nHost: X\r\nContent-Length: 3\r\n\r\nabc");
        Assert.That(await backend.ReadHeadAsync() + await backend.ReadTextAsync(3), Does.StartWith("POST /y HTTP/1.1\r\n").And.EndsWith("\r\n\r\nabc"));
        await backend.SendAsync("HTTP/1.1 201 Made\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        await client.ReadHeadAsync();
        await client.ReadTextAsync("5\r\nhello\r\n0\r\n\r\n".Length);

        await client.SendAsync("HEAD /h HTTP/1.0\r\n\r\n");
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 77\r\n\r\n");
        await client.ReadTextToEndAsync();

        var lines = await LinesAsync(3);
        Assert.That(Show(lines[0]), Is.EqualTo("GET /a?b HTTP/1.1 h 200 0 2 app/b0 Completed None http://r/ u"));
        Assert.That(Show(lines[1]), Is.EqualTo("POST http://x/y HTTP/1.1 x 201 3 5 app/b0 Completed None - -"));
        Assert.That(Show(lines[2]), Is.EqualTo("HEAD /h HTTP/1.0 - 200 0 0 app/b0 Completed None - -"));
        Assert.That(lines.Select(static line => line.GetProperty("clientPort").GetInt32()), Has.All.EqualTo(((IPEndPoint)client.LocalEndPoint!).Port));
    }

    [TestCase("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 - 400 0 58 -/- BadRequest HostMissing - -")]
    [TestCase("GET /x HTTP/2.0\r\nHost: h\r\n\r\n", "GET /x HTTP/2.0 h 505 0 73 -/- BadRequest Version - -")]
    [TestCase("GET /x FOO\r\n\r\n", "GET /x - - 400 0 58 -/- BadRequest RequestLine - -")]
    [TestCase("\u0016\u0003\u0001\u0002\r\n\r\n", "- - - - 400 0 58 -/- BadRequest Method - -")]
    [TestCase("GET /x HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nA : b\r\n\r\n", "GET /x HTTP/1.1 h 400 0 58 -/- BadRequest SpaceBeforeColon - u")]
    [TestCase("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "CONNECT h:1 HTTP/1.1 h:1 501 0 62 -/- BadRequest Connect - -")]
    [TestCase("\r\nGET /x HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "GET /x HTTP/1.1 h 400 0 58 -/- BadRequest HostRepeated - -")]
    [CancelAfter(30_000)]
    public async Task A_request_that_is_refused_is_a_line_with_what_is_known(string request, string expected, CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(request);
        await client.ReadTextToEndAsync();
        Assert.That(Show((await LinesAsync(1))[0]), Is.EqualTo(expected));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_no_backend_answers_is_a_line_with_our_own_answer(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token, static options =>
        {
            options.Listeners["web"].Cluster = "";
            options.Listeners["web"].Routes.Add(new RouteOptions { PathPrefix = "/there", Cluster = "app" });
            options.Listeners["web"].Timeouts.Head = TimeSpan.FromMilliseconds(200);
        });
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("GET /there HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await client.ReadHeadAsync() + await client.ReadErrorAsync(), Does.Contain("\r\n\r\n502 Bad Gateway\nRequest: "));
        await client.SendAsync("GET /else HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await client.ReadHeadAsync() + await client.ReadErrorAsync(), Does.Contain("\r\n\r\n404 Not Found\nRequest: "));
        await client.SendAsync("GET /slow HTTP/1.1\r\nHost: h\r\nUser-");
        await client.ReadTextToEndAsync();
        var lines = await LinesAsync(3);
        Assert.That(Show(lines[0]), Is.EqualTo("GET /there HTTP/1.1 h 502 0 58 app/b0 ConnectFailed None - -"));
        Assert.That(Show(lines[1]), Is.EqualTo("GET /else HTTP/1.1 h 404 0 56 -/- NoRoute None - -"));
        Assert.That(Show(lines[2]), Is.EqualTo("GET /slow HTTP/1.1 h 408 0 62 -/- HeadTimeout None - -"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_that_leaves_before_the_answer_has_got_none(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token);
        using var client = await ConnectAsync(balancer, token);
        using var backend = await PassOnAsync(client, listener);
        client.Reset();
        Assert.That(Show((await LinesAsync(1))[0]), Is.EqualTo("GET /a?b HTTP/1.1 h - 0 0 app/b0 ClientReset None http://r/ u"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_connection_in_mode_tcp_is_a_line_at_its_end(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token, static options => options.Listeners["web"].Mode = ListenerMode.Tcp);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("abc");
        using var backend = await listener.AcceptAsync();
        await backend.ReadTextAsync(3);
        await backend.SendAsync("defg");
        await client.ReadTextAsync(4);
        Assert.That(await File.ReadAllTextAsync(Path, token), Is.Empty);
        backend.Reset();
        await client.ReadUntilClosedAsync();
        var line = (await LinesAsync(1))[0];
        Assert.That(
            (line.GetProperty("kind").GetString(), line.GetProperty("bytesUp").GetInt64(), line.GetProperty("bytesDown").GetInt64(), line.GetProperty("failedBy").GetString()),
            Is.EqualTo(("tcp", 3, 4, "Backend")));
        Assert.That((line.GetProperty("backend").GetString(), line.GetProperty("backendClose").GetString()), Is.EqualTo(("b0", "PeerReset")));

        using var second = await ConnectAsync(balancer, token);
        using var end = await listener.AcceptAsync();
        second.SendFin();
        await end.ReadToEndAsync();
        end.SendFin();
        await second.ReadToEndAsync();
        var orderly = (await LinesAsync(2))[1];
        Assert.That(
            new[] { "failedBy", "clientClose", "backendClose" }.Select(name => orderly.GetProperty(name).ValueKind), Has.All.EqualTo(JsonValueKind.Null), $"{orderly}");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_did_not_happen_is_null_and_the_stage_is_how_far_it_came(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token, static options =>
        {
            options.Listeners["web"].Cluster = "";
            options.Listeners["web"].Routes.Add(new RouteOptions { PathPrefix = "/refused", Cluster = "app" });
            options.Listeners["web"].Timeouts.Head = TimeSpan.FromMilliseconds(300);
        });
        foreach (var request in (string[])["GET /refused HTTP/1.0\r\n\r\n", "GET /else HTTP/1.0\r\n\r\n", "GET /bad HTTP/1.1\r\n\r\n", "GET /late HTTP/1.1\r\n"])
        {
            using var client = await ConnectAsync(balancer, token);
            await client.SendAsync(request);
            await client.ReadTextToEndAsync();
        }

        var lines = await LinesAsync(4);
        Assert.That(lines.Select(static line => line.GetProperty("stage").GetString()), Is.EqualTo(new[] { "Connect", "Route", "Parse", "Parse" }));
        Assert.That(lines.Select(static line => line.GetProperty("connectMs").ValueKind), Has.All.EqualTo(JsonValueKind.Null));
        Assert.That(lines[3].GetProperty("totalMs").GetInt64(), Is.InRange(100, 30_000), "from its first byte");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_a_route_changes_is_a_line_as_the_client_sent_it(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token, static options =>
        {
            options.Listeners["web"].Routes.Add(new RouteOptions { Path = "/r", Redirect = new RedirectOptions { To = "/s{query}" } });
            options.Listeners["web"].Routes.Add(new RouteOptions
            {
                Cluster = "app",
                Rewrite = new RewriteOptions { AddPrefix = "/v2", Host = "b.test" },
                RequestHeaders = { Set = { ["User-Agent"] = "lb" }, Remove = { "Referer" } },
            });
        });
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("GET /r?x HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\n\r\n");
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(10), Does.EndWith("\r\nLocation: /s?x\r\n\r\n302 Found\n"));
        await client.SendAsync("POST /a HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nReferer: r\r\nContent-Length: 3\r\n\r\nabc");
        using var backend = await listener.AcceptAsync();
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("POST /v2/a HTTP/1.1\r\nHost: b.test\r\n").And.Not.Contain("Referer"));
        Assert.That(await backend.ReadTextAsync(3), Is.EqualTo("abc"));
        await backend.SendAsync("HTTP/1.1 204 No Content\r\nDate: d\r\n\r\n");
        await client.ReadHeadAsync();
        var lines = await LinesAsync(2);
        Assert.That(Show(lines[0]), Is.EqualTo("GET /r?x HTTP/1.1 h 302 0 10 -/- Answered None - u"));
        Assert.That(Show(lines[1]), Is.EqualTo("POST /a HTTP/1.1 h 204 3 0 app/b0 Completed None r u"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_cannot_keep_its_fields_out_of_the_log(CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var balancer = await StartAsync(listener.EndPoint, token);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync("POST http://h/a HTTP/1.1\r\nHost: h\r\nConnection: close, User-Agent, referer, x\r\nUser-Agent: u\r\nReferer: r\r\nX: x\r\nContent-Length: 3\r\n\r\nabc");
        using var backend = await listener.AcceptAsync();
        var head = await backend.ReadHeadAsync();
        Assert.That(head, Does.StartWith("POST /a ").And.Not.Contain("User-Agent").And.Not.Contain("Referer"));
        Assert.That(await backend.ReadTextAsync(3), Is.EqualTo("abc"));
        await backend.SendAsync(Ok);
        await client.ReadTextToEndAsync();
        Assert.That(Show((await LinesAsync(1))[0]), Is.EqualTo("POST http://h/a HTTP/1.1 h 200 3 2 app/b0 Completed None r u"));
    }
}
