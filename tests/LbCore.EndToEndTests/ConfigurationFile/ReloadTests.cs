using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace LbCore.EndToEndTests.ConfigurationFile;

/// <summary>SIGHUP reads the file again: what runs goes on, what comes is served by what the file says now.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class ReloadTests(string engine) : ReloadFixture
{
    private const string Refused = "was not taken; what held before still holds.";

    private readonly SemaphoreSlim _held = new(0);
    private readonly SemaphoreSlim _release = new(0);

    protected override string FirstConfiguration => Serving(Backend("a"));

    [Test]
    [CancelAfter(60_000)]
    public async Task What_comes_goes_to_the_new_backend_and_what_runs_is_finished_by_the_old_one(CancellationToken token)
    {
        using var idle = await WireClient.ConnectAsync(Balancer, token);
        using var busy = await WireClient.ConnectAsync(Balancer, token);
        Assert.That(await AskAsync(idle, "/", token), Is.EqualTo("a"));
        await busy.SendRequestAsync("GET /held", token);
        await _held.WaitAsync(token);

        await ReloadAsync(Serving(Backend("b")), Holds);

        // Over the connection from before.
        Assert.That(await AskAsync(idle, "/", token), Is.EqualTo("b"));
        _release.Release();
        Assert.That(await ReadAsync(busy, token), Is.EqualTo("a"));
        Assert.That(await AskAsync(busy, "/", token), Is.EqualTo("b"));
        await Balancer.StopAsync();
    }

    [TestCase("broken")]
    [TestCase("address")]
    [TestCase("missing")]
    [TestCase("several")]
    [CancelAfter(60_000)]
    public async Task A_file_that_cannot_be_taken_changes_nothing_and_it_is_said_why(string what, CancellationToken token)
    {
        using var client = await WireClient.ConnectAsync(Balancer, token);
        Assert.That(await AskAsync(client, "/", token), Is.EqualTo("a"));

        // Each would send requests to b, could it be taken.
        var (text, reasons) = what switch
        {
            "broken" => (Serving(Backend("b"))[..^1], (string[])["] lbcore.json:", "it is no JSON here: "]),
            "address" => (
                Serving(Backend("b")).Replace("127.0.0.1:0", "127.0.0.1:1", StringComparison.Ordinal),
                ["] lbcore.json:4:25: listeners.web.address: the address cannot change while it runs"]),
            "missing" => (null, [$"] {ConfigPath}: there is no such file"]),
            _ => (
                Serving(Backend("b", weight: 300), cluster: "man"),
                [
                    "listeners.web.cluster: there is no cluster 'man'",
                    "clusters.main.backends.b.weight: 300 is out of range",
                    "Errors: 2.",
                ]),
        };
        await ReloadAsync(text, Refused);

        foreach (var reason in reasons)
        {
            Assert.That(Balancer.Error, Does.Contain(reason));
        }

        Assert.That(await AskAsync(client, "/", token), Is.EqualTo("a"));
        using var later = await WireClient.ConnectAsync(Balancer, token);
        Assert.That(await AskAsync(later, "/", token), Is.EqualTo("a"));

        // Mended, it is taken.
        await ReloadAsync(Serving(Backend("b")), Holds);
        Assert.That(await AskAsync(client, "/", token), Is.EqualTo("b"));
        await Balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_signal_without_a_file_to_read_changes_nothing(CancellationToken token)
    {
        await using var proxy = await LbCoreProcess.StartHttpAsync(engine, [AddressOf("a")]);
        using var client = await WireClient.ConnectAsync(proxy, token);
        Assert.That(await AskAsync(client, "/", token), Is.EqualTo("a"));

        proxy.Send(Signal.HangUp);
        await Eventually.TrueAsync(
            () => proxy.Error.Contains("There is no configuration file to read again.", StringComparison.Ordinal), proxy.Transcript);

        Assert.That(await AskAsync(client, "/", token), Is.EqualTo("a"));
        await proxy.StopAsync();
    }

    // Held requests say that they are here, and wait until one of them is let go.
    protected override async Task ServeAsync(HttpContext context, string name)
    {
        if (context.Request.Path == "/held")
        {
            _held.Release();
            await _release.WaitAsync(context.RequestAborted);
        }

        await context.Response.WriteAsync(name);
    }

    private string Backend(string name, int weight = 1) =>
        $$"""{ "{{name}}": { "address": "{{AddressOf(name)}}", "weight": {{weight}} } }""";

    private string Serving(string backends, string cluster = "main") =>
        $$"""
        {
          "engine": "{{engine}}",
          "listeners": {
            "web": { "address": "127.0.0.1:0", "cluster": "{{cluster}}" }
          },
          "clusters": { "main": { "backends": {{backends}} } }
        }
        """;

    private void Write(string? text)
    {
        if (text is null)
        {
            File.Delete(ConfigPath);
        }
        else
        {
            File.WriteAllText(ConfigPath, text);
        }
    }

    /// <summary>Has the file read again and waits until it has been said what came of it.</summary>
    private async Task ReloadAsync(string? text, string outcome)
    {
        // The line may be there from an earlier reload: what counts is that one more comes.
        var before = Count(outcome);
        Write(text);
        Balancer.Send(Signal.HangUp);
        await Eventually.TrueAsync(() => Count(outcome) > before, $"'{outcome}' is said. {Balancer.Transcript}");
    }

    private int Count(string outcome) => Balancer.Error.Split(outcome).Length - 1;

    private static async Task<string> AskAsync(WireClient client, string path, CancellationToken token)
    {
        await client.SendRequestAsync($"GET {path}", token);
        return await ReadAsync(client, token);
    }

    private static async Task<string> ReadAsync(WireClient client, CancellationToken token)
    {
        using var response = await client.ReadWholeResponseAsync(token);
        Assert.That((response.Status, response.End), Is.EqualTo((200, WireEnd.Whole)), $"{response}");
        return response.Text;
    }
}
