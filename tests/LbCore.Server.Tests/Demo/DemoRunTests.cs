using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Server.Demo;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class DemoRunTests
{
    private static readonly DemoSettings Short = new() { Duration = TimeSpan.FromSeconds(2), HttpPort = 0, TcpPort = 0 };

    private readonly ConcurrentQueue<DemoMessage> _messages = new();

    private DemoSummary Summary => _messages.OfType<DemoSummary>().Single();

    private string Lost => string.Join('\n', Summary.LostList);

    [SetUp]
    public void Forget() => _messages.Clear();

    [Test]
    [CancelAfter(60_000)]
    public async Task A_fault_that_is_not_announced_is_a_lost_request_and_exit_code_1(CancellationToken cancellationToken)
    {
        var settings = Short with { Backends = [new("a"), new("b"), new("c"), new("liar", FaultEvery: 10, AnnouncesFaults: false)] };

        Assert.That(await RunAsync(settings, cancellationToken), Is.EqualTo(1));

        Assert.That(Summary.Lost, Is.Positive);
        Assert.That(Summary.LostList, Is.All.Contain("503 of backend liar"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_dies_with_requests_in_flight_costs_only_those(CancellationToken cancellationToken)
    {
        var settings = Short with
        {
            Backends = [new("a"), new("b"), new("c", Delay: TimeSpan.FromMilliseconds(200))],
            Rate = 1000,
            Casts = [("c", "a")],
            Duration = TimeSpan.FromSeconds(3),
        };

        var exitCode = await RunAsync(settings, cancellationToken);

        Assert.That(exitCode, Is.Zero, Lost);
        var (held, failed) = Death(_messages.OfType<DemoEvent>().Single(static happened => happened.Name == "comes-back").What);
        await TestContext.Out.WriteLineAsync($"{held} in flight at the death, {failed} failed");
        Assert.That(held, Is.Positive);
        Assert.That(failed, Is.AtMost(held + Ledger.MostWaiting).And.EqualTo(Summary.InDeaths), "nothing else failed, before or after");
        Assert.That(Summary.Backends.Single(static backend => backend.Name == "c").Errors, Is.AtLeast(failed - Ledger.MostWaiting));
        Assert.That(Summary.Backends.Sum(static backend => backend.Answered), Is.EqualTo(Summary.Answered));
        Assert.That(
            _messages.OfType<DemoEvent>().Select(static happened => $"{happened.Backend} {happened.Name}"),
            Is.EqualTo(new[] { "c dies", "c comes-back", "a drain-begins", "a drained", "a drain-ends" }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_a_drained_backend_takes_is_counted_from_the_moment_at_which_the_drain_holds(CancellationToken cancellationToken)
    {
        // What is laid over the options keeps the drain from holding: c goes on taking requests, and never has none in flight.
        var settings = Short with { Rate = 1000, Overrides = ["clusters.demo.backends.c.weight=1"] };

        await RunAsync(settings, cancellationToken);

        var end = _messages.OfType<DemoEvent>().Single(static happened => happened.Name == "drain-ends").What;
        Assert.That(Number(end, "it took ([0-9]+) new requests"), Is.GreaterThan(10), end);
    }

    [Test]
    [CancelAfter(60_000)]
    public void What_fails_in_it_ends_it(CancellationToken cancellationToken)
    {
        var run = new DemoRun(Short with { Duration = null }, NullLoggerFactory.Instance, static message =>
        {
            if (message is DemoSecond)
            {
                throw new InvalidOperationException("for the test");
            }
        });

        Assert.That(() => run.RunAsync(cancellationToken), Throws.InvalidOperationException.With.Message.EqualTo("for the test"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_taken_port_is_passed_over_and_named(CancellationToken cancellationToken)
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port;

        await RunAsync(Short with { HttpPort = taken, Rate = 0, Duration = TimeSpan.FromSeconds(1) }, cancellationToken);

        var started = _messages.OfType<DemoStarted>().Single();
        Assert.That(started.HttpAddress, Is.Not.EqualTo($"127.0.0.1:{taken}"));
        Assert.That(started.Notes, Has.One.StartsWith($"Port {taken} is taken; "));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Stopped_early_it_ends_with_a_summary(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = new DemoRun(Short with { Duration = null }, NullLoggerFactory.Instance, message =>
        {
            _messages.Enqueue(message);
            if (message is DemoSecond)
            {
                stop.Cancel();
            }
        });

        Assert.That(await run.RunAsync(stop.Token), Is.Zero, () => Lost);
        Assert.That(_messages.Last(), Is.SameAs(Summary));
    }

    private static (int Held, int Failed) Death(string text) =>
        (Number(text, "of ([0-9]+) in flight at its death"), Number(text, "at its death ([0-9]+) failed"));

    private static int Number(string text, string pattern) =>
        int.Parse(Regex.Match(text, pattern).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private Task<int> RunAsync(DemoSettings settings, CancellationToken cancellationToken) =>
        new DemoRun(settings, NullLoggerFactory.Instance, _messages.Enqueue).RunAsync(cancellationToken);
}
