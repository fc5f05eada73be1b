using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>Routes of the built program: what backends and clients get, and what explain says of it beforehand.</summary>
[TestFixture]
internal sealed class RouteTests
{
    private const int Fine = 0;
    private const int BadConfiguration = 1;
    private const int BadUsage = 2;

    private readonly TempFolder _folder = new();
    private HttpBackend? _backend;
    private LbCoreProcess? _balancer;

    private string ConfigPath => _folder.File("lbcore.json");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await KestrelServer.StartAsync();
        await File.WriteAllTextAsync(ConfigPath, $$"""
            {
              "listeners": {
                "web": {
                  "address": "127.0.0.1:0",
                  "routes": [
                    { "hosts": [ "old.test", "*.old.test" ], "redirect": { "status": 308, "to": "https://www.a.test{path}{query}" } },
                    { "path": "/robots.txt", "answer": { "body": "User-agent: *\n" }, "responseHeaders": { "set": { "Cache-Control": "max-age=60" } } },
                    { "pathPrefix": "/api", "methods": [ "POST" ], "headers": { "X-Env": "beta" }, "cluster": "app",
                      "rewrite": { "stripPrefix": "/api", "host": "app.internal" },
                      "requestHeaders": { "set": { "X-Route": "beta" }, "remove": [ "Cookie" ] } },
                    { "pathPrefix": "/api", "methods": [ "GET", "HEAD" ], "cluster": "app", "rewrite": { "stripPrefix": "/api" },
                      "responseHeaders": { "set": { "X-Frame-Options": "DENY" } } },
                  ],
                },
                "raw": { "address": "127.0.0.1:0", "mode": "tcp", "cluster": "app" },
              },
              "clusters": { "app": { "backends": { "a": "{{_backend.Address}}" } } },
            }
            """);
        _balancer = await LbCoreProcess.StartFileAsync(ConfigPath);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_balancer is { } balancer)
        {
            await balancer.StopAsync();
            await balancer.DisposeAsync();
        }

        await (_backend?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Requests_are_rewritten_redirected_and_answered(CancellationToken token)
    {
        using var client = await WireClient.ConnectAsync(_balancer!, token);
        async Task<WireResponse> AskAsync(string line, string fields)
        {
            await client.SendAsync($"{line} HTTP/1.1\r\n{fields}\r\n", token);
            return await client.ReadWholeResponseAsync(token);
        }

        using (var redirect = await AskAsync("GET /a/%62?c=d", "Host: x.old.test:81\r\n"))
        {
            Assert.That((redirect.Status, redirect.Field("Location")), Is.EqualTo((308, "https://www.a.test/a/%62?c=d")));
        }

        using (var answer = await AskAsync("GET /robots.txt", "Host: a.test\r\n"))
        {
            Assert.That((answer.Status, answer.Field("Cache-Control"), answer.Text), Is.EqualTo((200, "max-age=60", "User-agent: *\n")));
        }

        using (var rewritten = await AskAsync("POST /api/fields", "Host: a.test\r\nX-Env: beta\r\nCookie: c\r\nContent-Length: 0\r\n"))
        {
            Assert.That(rewritten.Status, Is.EqualTo(200));
            Assert.That(rewritten.Text, Does.Contain("X-Route: beta").And.Contain("Host: app.internal").And.Not.Contain("Cookie"));
        }

        using (var edited = await AskAsync("GET /%61pi/status/201", "Host: a.test\r\n"))
        {
            Assert.That((edited.Status, edited.Field("X-Frame-Options")), Is.EqualTo((201, "DENY")));
        }

        using (var none = await AskAsync("PUT /api/x", "Host: a.test\r\nContent-Length: 0\r\n"))
        {
            Assert.That(none.Status, Is.EqualTo(404));
        }

        using var climbs = await AskAsync("GET /api/../../etc/passwd", "Host: a.test\r\n");
        Assert.That(climbs.Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Explain_says_which_route_takes_a_request_and_why_no_earlier_one_does()
    {
        Assert.That(await ExplainAsync("-X", "POST", "-H", "X-Env: beta", "http://a.test:81/%61pi/./x?y=z"), Is.EqualTo("""
            listener web
            host     a.test
            path     /api/x
            routes[0] no: the host is not old.test or *.old.test
            routes[1] no: the path is not /robots.txt
            routes[2] takes it
            cluster  app
            target   /x?y=z
            Host     app.internal
            strategy round-robin
            backend  a may be chosen, weight 1
            because  turn 1 of 1 comes next: a's
            because  a: 1 of the 1 turns of a cycle
            request  set X-Route: beta
            request  remove Cookie

            """));
        Assert.That(await ExplainAsync("--listener", "web", "-X", "PUT", "-H", "Host: b.test", "/api"), Is.EqualTo("""
            listener web
            host     b.test
            path     /api
            routes[0] no: the host is not old.test or *.old.test
            routes[1] no: the path is not /robots.txt
            routes[2] no: the method is not POST
            routes[3] no: the method is not GET or HEAD
            no route takes it, and the listener has no cluster of its own
            answer   404

            """));
        Assert.That(await ExplainAsync("-X", "POST", "-H", "X-Env: alpha", "http://a.test/api"), Does.Contain("routes[2] no: the field X-Env is not 'beta'\n"));
        Assert.That(await ExplainAsync("https://old.test/a?b"), Does.EndWith("routes[0] takes it\nanswer   308\nlocation https://www.a.test/a?b\n"));
        Assert.That(await ExplainAsync("http://a.test/a/../../b"), Is.EqualTo("listener web\nrefused before any route: Path (there are routes, and the path climbs above the root, has \"..\" behind a double slash, or a \"%\" without two hexadecimal digits)\nanswer   400\n"));
        Assert.That(await ExplainAsync("-H", "Host: a b", "/"), Is.EqualTo("listener web\nrefused before any route: Host (the Host field is empty, or is not a host with or without a port)\nanswer   400\n"));
        Assert.That(await ExplainAsync("--set", "listeners.web.cluster=app", "/x"), Does.Contain("no route takes it: the listener's own cluster does\ncluster  app\ntarget   /x\nHost     localhost\n"));
    }

    [TestCase("--listener raw /", BadUsage, "--listener: there is no listener 'raw' in mode http; write web")]
    [TestCase("--set listeners.raw.mode=http /", BadUsage, "there are several listeners; write --listener web or --listener raw")]
    [TestCase("", BadUsage, "the URL is missing; write what is asked for")]
    [TestCase("http://a.test http://b.test", BadUsage, "'http://b.test' is one URL too many; ask about one at a time")]
    [TestCase("a.test/x", BadUsage, "'a.test/x' is no URL; write http://a.test/x, or a path")]
    [TestCase("http:///x", BadUsage, "'http:///x' has no host")]
    [TestCase("/a#b", BadUsage, "leave '#' out")]
    [TestCase("-H X /", BadUsage, "--header: 'X' is no header field; write a name, a colon and a value")]
    [TestCase("-H", BadUsage, "--header: the value is missing")]
    [TestCase("--heder a:b /", BadUsage, "'--heder' is not an option of lbcore explain", "did you mean --header?")]
    [TestCase("--set listeners.web.routes=1 /", BadConfiguration, "listeners.web.routes: '1' is no list")]
    public async Task Explain_says_what_is_wrong_with_its_question(string arguments, int exitCode, params string[] words)
    {
        var result = await LbCoreProcess.RunAsync(["explain", "-c", ConfigPath, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((exitCode, "")), result.Error);
        foreach (var word in words)
        {
            Assert.That(result.Error, Does.StartWith("lbcore: ").And.Contain(word).And.Not.Contain("   at "));
        }
    }

    [Test]
    public async Task Explain_says_which_backend_is_chosen_and_why()
    {
        var text = await ExplainAsync(
            "--set", "clusters.app.strategy={ \"type\": \"consistent-hash\", \"ipv4Prefix\": 24 }", "--client", "10.0.0.7", "--cookie", "id=7", "POST", "-H", "X-Env: beta", "http://a.test/api/x");
        Assert.That(text, Does.Contain("\nstrategy consistent-hash, by address\nbackend  ")
            .And.Contain("may be chosen, weight 1\nbecause  client address 10.0.0.7/24 hashes to 0x").And.Contain("\nchoice   a\n"));
    }

    [TestCase("--client ten /", "--client: 'ten' is no address; write one such as 10.0.0.7 or 2001:db8::7")]
    public async Task Explain_says_what_is_wrong_with_the_client(string arguments, string words)
    {
        var result = await LbCoreProcess.RunAsync(["explain", "-c", ConfigPath, .. arguments.Split(' ')]);
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((BadUsage, "")), result.Error);
        Assert.That(result.Error, Does.Contain(words));
    }

    private async Task<string> ExplainAsync(params string[] arguments)
    {
        var result = await LbCoreProcess.RunAsync(["explain", "-c", ConfigPath, .. arguments]);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((Fine, "")), result.Output);
        return result.Output;
    }
}
