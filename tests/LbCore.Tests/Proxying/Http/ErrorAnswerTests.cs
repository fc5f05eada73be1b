using System;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>How errors are answered that no backend answers.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
[Parallelizable(ParallelScope.All)]
internal sealed class ErrorAnswerTests(EngineCase engine)
{
    [Test]
    [CancelAfter(30_000)]
    public async Task It_is_small_correct_and_named_as_the_request_that_the_backend_got(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token);
        var (backend, head) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync("nonsense, and no response\r\n\r\n");
            var (fields, body) = await ReadAsync(pair.Client);

            var id = Regex.Match(head, "X-Request-Id: ([0-9a-f]{32})").Groups[1].Value;
            Assert.That(body, Is.EqualTo($"502 Bad Gateway\nRequest: {id}\n"));
            var date = Regex.Match(fields, "\r\nDate: ([^\r]*)\r\n").Groups[1].Value;
            Assert.That(DateTimeOffset.TryParseExact(date, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), Is.True, fields);
            Assert.That(fields.Replace(date, "now", StringComparison.Ordinal), Is.EqualTo(
                $"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nDate: now\r\n"
                + $"Cache-Control: no-store\r\nX-Request-Id: {id}\r\n\r\n"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task It_is_written_in_what_the_client_prefers(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options => NoBackend(options));
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\r\n");
        var (fields, body) = await ReadAsync(pair.Client);

        using var json = JsonDocument.Parse(body);
        Assert.That(fields, Does.Contain("\r\nContent-Type: application/problem+json\r\n").And.Contain("\r\nRetry-After: 5\r\n"));
        Assert.That(json.RootElement.GetProperty("title").GetString(), Is.EqualTo("Service Unavailable"));
        Assert.That(json.RootElement.GetProperty("status").GetInt32(), Is.EqualTo(503));
        Assert.That(fields, Does.Contain($"\r\nX-Request-Id: {json.RootElement.GetProperty("requestId").GetString()}\r\n"));

        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n");
        (fields, body) = await ReadAsync(pair.Client);
        Assert.That(fields, Does.Contain("\r\nContent-Type: text/html; charset=utf-8\r\n"));
        Assert.That(body, Does.StartWith("<!doctype html>").And.Contain("<h1>503 Service Unavailable</h1>"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_listener_can_say_what_it_is_written_in(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options =>
        {
            NoBackend(options);
            options.Listeners[BalancerHarness.ListenerName].Errors.Format = ErrorFormat.Json;
        });
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n");

        Assert.That((await ReadAsync(pair.Client)).Body, Does.StartWith("{\"title\":\"Service Unavailable\",\"status\":503,\"requestId\":\""));
    }

    [TestCase("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "503")]
    [TestCase("HEAD / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "400")]
    [CancelAfter(30_000)]
    public async Task HEAD_is_told_of_a_body_and_gets_none(string request, string status, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options => NoBackend(options));
        await pair.Client.SendAsync(request + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        var answers = System.Text.Encoding.Latin1.GetString((await pair.Client.ReadUntilClosedAsync()).Bytes);

        Assert.That(answers, Does.StartWith($"HTTP/1.1 {status} ").And.Match("Content-Length: [1-9]"));
        Assert.That(answers[(answers.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], Is.Empty.Or.StartsWith("HTTP/1.1 503 "));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_refused_request_gets_an_identifier_of_ours_whatever_it_says(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(
            engine, token, static options => options.Listeners[BalancerHarness.ListenerName].ForwardedHeaders.Trusted.Add("127.0.0.1"));
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nX-Request-Id: theirs\r\nAccept: text/html\r\n\r\n");
        var (fields, body) = await ReadAsync(pair.Client);

        var id = Regex.Match(fields, "X-Request-Id: ([0-9a-f]{32})\r\n").Groups[1].Value;
        Assert.That(body, Does.Contain("<h1>400 Bad Request</h1>").And.Contain($"<code>{id}</code>"));
        Assert.That(id, Is.Not.Empty);
    }

    [TestCase("X-Request-Id: theirs-1", "theirs-1")]
    [TestCase("X-Request-Id: <script>", null)]
    [TestCase("X-Request-Id: a\r\nX-Request-Id: b", null)]
    [TestCase("A: b", null)]
    [CancelAfter(30_000)]
    public async Task A_trusted_identifier_that_goes_on_as_it_is_is_named_only_when_it_can_be(string line, string? expected, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options =>
        {
            NoBackend(options);
            var forwarded = options.Listeners[BalancerHarness.ListenerName].ForwardedHeaders;
            forwarded.Trusted.Add("127.0.0.1");
            forwarded.XRequestId = ForwardedHeaderMode.Off;
        });
        await pair.Client.SendAsync($"GET / HTTP/1.1\r\nHost: h\r\n{line}\r\n\r\n");

        Assert.That((await ReadAsync(pair.Client)).Body, Does.Match($"^503 Service Unavailable\nRequest: {expected ?? "[0-9a-f]{32}"}\n$"));
    }

    [TestCase("Accept: application/json\r\n", "application/problem+json")]
    [TestCase("Accept: application/json\r\nConnection: accept\r\n", "application/problem+json")]
    [TestCase("", "text/plain; charset=utf-8")]
    [CancelAfter(30_000)]
    public async Task What_a_route_or_Connection_makes_of_Accept_is_not_what_the_client_prefers(string fields, string type, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options =>
        {
            NoBackend(options);
            options.Listeners["web"].Routes.Add(new RouteOptions { Cluster = "app", RequestHeaders = { Set = { ["Accept"] = "text/html" } } });
        });
        await pair.Client.SendAsync($"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
        var (head, _) = await ReadAsync(pair.Client);
        Assert.That(head, Does.Contain($"\r\nContent-Type: {type}\r\n"));
    }

    // Weight 0 takes nothing.
    private static void NoBackend(LbCoreOptions options)
    {
        foreach (var cluster in options.Clusters.Values)
        {
            foreach (var backend in cluster.Backends.Values)
            {
                backend.Weight = 0;
            }
        }
    }

    private static async Task<(string Fields, string Body)> ReadAsync(RawClient client)
    {
        var fields = await client.ReadHeadAsync().ConfigureAwait(false);
        var length = int.Parse(Regex.Match(fields, "\r\nContent-Length: ([0-9]+)\r\n").Groups[1].Value, CultureInfo.InvariantCulture);
        return (fields, await client.ReadTextAsync(length).ConfigureAwait(false));
    }
}
