using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Demo;

/// <summary>The demo as a user runs it. It picks its ports itself, so others may run beside it.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class DemoTests
{
    private const char Escape = '\e';

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly string[] WholeScript = ["dies", "comes-back", "drain-begins", "drained", "drain-ends"];

    [Test]
    [CancelAfter(120_000)]
    public async Task Fifteen_seconds_of_it_lose_nothing(CancellationToken cancellationToken)
    {
        var result = await LbCoreProcess.RunAsync("demo", "--duration", "15s");

        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Match(@"\n  curl -i http://127\.0\.0\.1:\d+/hello\n"));
        Assert.That(result.Output, Does.Contain("* b dies").And.Contain("* b comes back").And.Contain("* c is drained"));
        Assert.That(result.Output, Does.Contain("\nSummary: ").And.Contain("\nLost: 0\n").And.Contain("\nWhat next:\n"));
        Assert.That(result.Output, Does.Not.Contain(Escape));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task As_json_every_line_is_an_object_and_the_last_one_is_the_summary(CancellationToken cancellationToken)
    {
        var result = await LbCoreProcess.RunAsync("demo", "--duration", "4s", "--json");

        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
        AssertIsWholeRun(result.Output);
    }

    // Another demo might hold the port, and let it go before this one starts.
    [Test]
    [NonParallelizable]
    [CancelAfter(60_000)]
    public async Task A_taken_port_is_passed_over_and_named(CancellationToken cancellationToken)
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            holder.Bind(new IPEndPoint(IPAddress.Loopback, 8080));
            holder.Listen();
        }
        catch (SocketException)
        {
            // Somebody else holds it, which is as good.
        }

        var result = await LbCoreProcess.RunAsync("demo", "--duration", "1s", "--no-load");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Match(@"\nPort 8080 is taken; \d+ is used\.\n"));
        Assert.That(result.Output, Does.Not.Contain("//127.0.0.1:8080"));
    }

    [TestCase(Signal.Interrupt)]
    [TestCase(Signal.Terminate)]
    [CancelAfter(60_000)]
    public async Task A_signal_ends_it_with_the_summary(int signal, CancellationToken cancellationToken)
    {
        await using var demo = Start("demo", "--plain");
        await demo.ReadLineAsync(static line => line.Contains("req/s", StringComparison.Ordinal), Soon);
        demo.Send(signal);

        Assert.That(await demo.WaitAsync(Soon), Is.Zero, demo.Transcript);
        Assert.That(demo.Transcript, Does.Contain("\nSummary: ").And.Contain("\nLost: 0\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_load_it_answers_those_who_ask(CancellationToken cancellationToken)
    {
        await using var demo = Start("demo", "--json", "--no-load");
        using var started = JsonDocument.Parse(await demo.ReadLineAsync(static _ => true, Soon));
        using var client = new HttpClient();
        var http = $"http://{started.RootElement.GetProperty("http").GetString()}";
        var tcp = $"http://{started.RootElement.GetProperty("tcp").GetString()}";

        foreach (var address in new[] { http, tcp })
        {
            // Again, when a backend of the script died under it.
            await Eventually.TrueAsync(() => AnswersAsync(client, address, cancellationToken), Soon, $"{address} answers. {demo.Transcript}");
        }

        demo.Send(Signal.Terminate);
        Assert.That(await demo.WaitAsync(Soon), Is.Zero, demo.Transcript);
        Assert.That(demo.Transcript, Does.Contain("\"requests\":0,"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_terminal_gets_a_table(CancellationToken cancellationToken)
    {
        var result = await Terminal.RunAsync($"{LbCoreBinary.Path} demo --duration 3s");

        Assert.That(result.ExitCode, Is.Zero, result.Output);
        Assert.That(result.Output, Does.Contain("│ backend │ state").And.Contain("│ d       │").And.Contain("╭"));
        Assert.That(result.Output, Does.Contain("Lost: 0"));
        Assert.That(result.Output, Does.Contain($"{Escape}[?25h"), "the cursor is shown again");
    }

    [TestCase("NO_COLOR", "1")]
    [TestCase("TERM", "dumb")]
    [CancelAfter(60_000)]
    public async Task A_terminal_whose_user_wants_no_colours_gets_plain_lines(string name, string value, CancellationToken cancellationToken)
    {
        var result = await Terminal.RunAsync($"{LbCoreBinary.Path} demo --duration 2s", (name, value));

        Assert.That(result.ExitCode, Is.Zero, result.Output);
        Assert.That(result.Output, Does.Contain("req/s").And.Contain("Lost: 0"));
        Assert.That(result.Output, Does.Not.Contain(Escape));
    }

    [TestCase("demo --json --duration 2s", TestName = "With a duration it runs to its end when nobody reads any more")]
    [TestCase("demo --plain", TestName = "Without a duration it ends when nobody reads any more")]
    [CancelAfter(60_000)]
    public async Task Standard_output_may_close(string arguments, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(
            Tool.Require("bash", "bash"),
            ["-c", $"{LbCoreBinary.Path} {arguments} | head -1; exit ${{PIPESTATUS[0]}}"],
            LbCoreBinary.Environment);

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1));
        Assert.That(result.Error, Does.Not.Contain("   at "));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Compiled_ahead_of_time_it_does_the_same(CancellationToken cancellationToken)
    {
        var program = Environment.GetEnvironmentVariable("LBCORE_AOT");
        if (string.IsNullOrEmpty(program))
        {
            Assert.Ignore("LBCORE_AOT is not set: publish src/LbCore.Server with -r linux-x64 and set it to the program's path");
        }

        var result = await Command.RunAsync(program!, "demo", "--duration", "3s", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
        AssertIsWholeRun(result.Output);

        var table = await Terminal.RunAsync($"{program} demo --duration 2s");
        Assert.That(table.ExitCode, Is.Zero, table.Output);
        Assert.That(table.Output, Does.Contain("│ backend │ state"));
    }

    /// <summary>Returns whether requests with all kinds of bodies get the answer of a backend, be it the flaky one's 503.</summary>
    private static async Task<bool> AnswersAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        try
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, $"{address}/get");
            using var post = new HttpRequestMessage(HttpMethod.Post, $"{address}/post") { Content = new ByteArrayContent(new byte[300_000]) };
            using var chunked = new HttpRequestMessage(HttpMethod.Post, $"{address}/chunked") { Content = new ByteArrayContent(new byte[100_000]) };
            chunked.Headers.TransferEncodingChunked = true;
            chunked.Headers.ExpectContinue = true;
            using var head = new HttpRequestMessage(HttpMethod.Head, $"{address}/head");
            foreach (var request in new[] { get, post, chunked, head })
            {
                using var answer = await client.SendAsync(request, cancellationToken);
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                var isRight = request == head ? text.Length == 0 : text.StartsWith("Hello from ", StringComparison.Ordinal);
                if (!isRight || !answer.Headers.Contains("Demo-Backend"))
                {
                    return false;
                }
            }

            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static void AssertIsWholeRun(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToList();
        var summary = lines[^1];

        Assert.That(Text(lines[0], "type"), Is.EqualTo("start"));
        Assert.That(Text(summary, "type"), Is.EqualTo("summary"));
        Assert.That(lines[1..^1].Select(static line => Text(line, "type")), Is.All.AnyOf("event", "second"));
        Assert.That(lines.Select(static line => Text(line, "type")), Has.Some.EqualTo("second"));
        Assert.That(lines.Where(static line => Text(line, "type") == "event").Select(static line => Text(line, "event")), Is.EqualTo(WholeScript));
        Assert.That(summary.GetProperty("lost").GetInt64(), Is.Zero);
        Assert.That(summary.GetProperty("answered").GetInt64(), Is.Positive);
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static ChildProcess Start(params IEnumerable<string> arguments) =>
        ChildProcess.Start(LbCoreBinary.Path, arguments, LbCoreBinary.Environment);
}
