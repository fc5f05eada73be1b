using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Net.Sockets;
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
        var settings = Short with { Backends = [new("a"), new("b"), new("slow"), new("liar", FaultEvery: 10, AnnouncesFaults: false)] };

        Assert.That(await RunAsync(settings, cancellationToken), Is.EqualTo(1));

        Assert.That(Summary.Lost, Is.Positive);
        Assert.That(Summary.LostList, Is.All.Contain("503 of backend liar"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backend_that_dies_with_requests_in_flight_costs_only_those(CancellationToken cancellationToken)
    {
        var settings = Short with { Rate = 1000, Casts = [("slow", "a")], Duration = TimeSpan.FromSeconds(3) };

        var exitCode = await RunAsync(settings, cancellationToken);

        await TestContext.Out.WriteLineAsync($"{Summary.InDeaths} in flight at the death");
        Assert.That(exitCode, Is.Zero, Lost);
        Assert.That(Summary.Requests, Is.EqualTo(Summary.Answered + Summary.AnnouncedFaults + Summary.InDeaths));
        Assert.That(
            _messages.OfType<DemoEvent>().Select(static happened => $"{happened.Backend} {happened.Name}"),
            Is.EqualTo(new[] { "slow dies", "slow comes-back", "a drain-begins", "a drained", "a drain-ends" }));
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

    private Task<int> RunAsync(DemoSettings settings, CancellationToken cancellationToken) =>
        new DemoRun(settings, NullLoggerFactory.Instance, _messages.Enqueue).RunAsync(cancellationToken);
}
