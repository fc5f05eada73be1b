using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Samples;

/// <summary>The sample that embeds LbCore in a web application.</summary>
[TestFixture]
internal sealed class HttpGatewayTests
{
    private const string TryIt = "Try it, several times: curl ";

    private static readonly string Program = LbCoreBinary.Sibling("samples/HttpGateway", "HttpGateway");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [TestCase(Signal.Terminate)]
    [TestCase(Signal.Interrupt)]
    [CancelAfter(90_000)]
    public async Task It_serves_from_both_backends_and_ends_well_when_asked_to(int signal, CancellationToken token)
    {
        await using var sample = Start("127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = new Uri(await ReadAddressAsync(sample)) };
        var answers = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await client.GetStringAsync("/", token));
        }

        Assert.That(answers, Has.All.StartsWith("Hello from port "));
        Assert.That(answers.GroupBy(static answer => answer).Select(static group => group.Count()), Is.EqualTo(new[] { 5, 5 }));
        sample.Send(signal);
        Assert.That(await sample.WaitAsync(Deadline), Is.Zero, sample.Transcript);
        Assert.That(sample.Transcript, Does.Not.Contain("fail:").And.Not.Contain("crit:"));
    }

    // Kestrel answers until the load balancer has drained, although the application adds it before.
    [Test]
    [CancelAfter(90_000)]
    public async Task A_stop_under_load_loses_no_request(CancellationToken token)
    {
        await using var sample = Start("127.0.0.1:0");
        var address = new Uri(await ReadAddressAsync(sample));
        var answered = 0;
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(AskUntilItIsGoneAsync, token)).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref answered) > 200, Deadline, $"requests are answered. {sample.Transcript}");

        sample.Send(Signal.Terminate);
        await Task.WhenAll(load);
        Assert.That(await sample.WaitAsync(Deadline), Is.Zero, sample.Transcript);

        async Task AskUntilItIsGoneAsync()
        {
            while (true)
            {
                using var client = new HttpClient { BaseAddress = address };
                try
                {
                    Assert.That(await client.GetStringAsync("/", token), Does.StartWith("Hello from port "));
                    Interlocked.Increment(ref answered);
                }
                catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
                {
                    return;
                }
            }
        }
    }

    [Test]
    [CancelAfter(90_000)]
    public async Task An_address_in_use_is_said_with_how_to_take_another(CancellationToken token)
    {
        using var taken = new RawListener(token);
        await using var sample = Start(taken.EndPoint.ToString()!);
        Assert.That(await sample.WaitAsync(Deadline), Is.EqualTo(3), sample.Transcript);
        Assert.That(sample.Error, Does.Contain($"The address {taken.EndPoint} is in use").And.Contains("--LbCore:listeners:web:address=127.0.0.1:8081"));
        Assert.That(sample.Transcript, Does.Not.Contain("   at "), "no stack trace for a newcomer");
    }

    [Test]
    public void It_stays_under_30_lines()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Program)!, "..", "..", ".."));
        Assert.That(File.ReadAllLines(Path.Combine(root, "Program.cs")), Has.Length.LessThan(30));
    }

    // Where dotnet run starts it, too, there is its appsettings.json.
    private static ChildProcess Start(string address) => ChildProcess.Start(
        Program,
        ["--contentRoot", Path.GetDirectoryName(Program)!, $"--LbCore:listeners:web:address={address}"],
        LbCoreBinary.Environment);

    private static async Task<string> ReadAddressAsync(ChildProcess sample) =>
        (await sample.ReadLineAsync(static line => line.StartsWith(TryIt, StringComparison.Ordinal), Deadline))[TryIt.Length..];
}
