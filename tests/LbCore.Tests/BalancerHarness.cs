using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Topology;
using LbCore.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests;

/// <summary>A load balancer with one listener and one cluster. Its end asserts that nothing was lost, leaked or counted twice.</summary>
internal sealed class BalancerHarness : IAsyncDisposable
{
    public const string ClusterName = "app";
    public const string ListenerName = "web";

    private readonly CancellationToken _token;
    private readonly TransportEngine _engine;
    private readonly FakeTimeProvider? _time;

    private BalancerHarness(LoadBalancer balancer, OutcomeLog outcomes, RecordingLogger log, FakeTimeProvider? time, CancellationToken token)
    {
        Balancer = balancer;
        Outcomes = outcomes;
        Log = log;
        _time = time;
        _token = token;
        _engine = balancer.Running!.Engine;
    }

    public LoadBalancer Balancer { get; }

    public OutcomeLog Outcomes { get; }

    public RecordingLogger Log { get; }

    public EndPoint EndPoint => Balancer.EndPoints[ListenerName];

    public long Accepted => _engine.ReadCounters().Accepted;

    public long RentedBuffers => _engine.ReadCounters().RentedBuffers;

    public static async Task<BalancerHarness> StartAsync(
        EngineCase engine,
        IEnumerable<EndPoint> backends,
        CancellationToken token,
        Action<LbCoreOptions>? configure = null,
        FakeTimeProvider? time = null,
        IReadOnlyCollection<IBalancingStrategy>? strategies = null)
    {
        var options = Options(engine, backends);
        configure?.Invoke(options);
        var outcomes = new OutcomeLog();
        var environment = new LoadBalancerEnvironment
        {
            Strategies = StrategyRegistry.With(strategies ?? []),
            Transport = new TransportOptions { TimeProvider = (TimeProvider?)time ?? TimeProvider.System, PoisonBuffers = true }.WithoutStopGrace(),
            Recorder = (_, _) => outcomes,
        };
        var log = new RecordingLogger();
        var balancer = LoadBalancer.Create(options, new OneLoggerFactory(log), environment);
        await balancer.StartAsync(token).ConfigureAwait(false);
        return new BalancerHarness(balancer, outcomes, log, time, token);
    }

    /// <summary>Starts one that speaks HTTP.</summary>
    public static Task<BalancerHarness> StartHttpAsync(
        EngineCase engine,
        IEnumerable<EndPoint> backends,
        CancellationToken token,
        Action<LbCoreOptions>? configure = null,
        FakeTimeProvider? time = null,
        IReadOnlyCollection<IBalancingStrategy>? strategies = null) => StartAsync(
            engine,
            backends,
            token,
            options =>
            {
                options.Listeners[ListenerName].Mode = ListenerMode.Http;
                configure?.Invoke(options);
            },
            time,
            strategies);

    /// <summary>Starts one before a single backend, and connects one client through to it.</summary>
    public static async Task<RelayedPair> StartPairAsync(EngineCase engine, CancellationToken token)
    {
        var listener = new RawListener(token);
        var harness = await StartAsync(engine, [listener.EndPoint], token).ConfigureAwait(false);
        var client = await harness.ConnectAsync().ConfigureAwait(false);
        return new RelayedPair(listener, harness, client, await listener.AcceptAsync().ConfigureAwait(false));
    }

    public static LbCoreOptions Options(EngineCase engine, IEnumerable<EndPoint> backends)
    {
        var cluster = new ClusterOptions();
        foreach (var backend in backends)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"b{cluster.Backends.Count}");
            cluster.Backends.Add(name, new BackendOptions { Address = TransportAddress.Format(backend) });
        }

        var options = new LbCoreOptions { Engine = engine.Engine, Loops = engine.Loops };
        options.Clusters.Add(ClusterName, cluster);
        options.Listeners.Add(ListenerName, new ListenerOptions { Address = "127.0.0.1:0", Mode = ListenerMode.Tcp, Cluster = ClusterName });
        return options;
    }

    public Task<RawClient> ConnectAsync(int bufferSize = 0) => RawClient.ConnectAsync(EndPoint, _token, bufferSize);

    /// <summary>Connects and waits for the end. A reset may be so quick that connecting reports it already.</summary>
    public async Task<bool> IsResetAsync()
    {
        try
        {
            using var client = await ConnectAsync().ConfigureAwait(false);
            return (await client.ReadUntilClosedAsync().ConfigureAwait(false)).IsReset;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public BackendState State(int index) => Balancer.Topology.Current.FindCluster(ClusterName)!.Backends[index].State;

    /// <summary>Moves the clock, and makes loops that sleep look at it.</summary>
    public void Advance(TimeSpan by)
    {
        _time!.Advance(by);
        foreach (var loop in _engine.Loops)
        {
            loop.Post(static _ => { }, null);
        }
    }

    /// <summary>Moves the clock, and returns when all that is due has run: the test and the loops go in step.</summary>
    public async Task StepAsync(TimeSpan by)
    {
        _time!.Advance(by);
        await TurnAsync().ConfigureAwait(false);
    }

    /// <summary>Lets time pass for whoever waits already: what a loop is at ends in the old time, before there is a new one.</summary>
    public async Task PassAsync(double seconds)
    {
        await StepAsync(TimeSpan.Zero).ConfigureAwait(false);
        await StepAsync(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
    }

    /// <summary>Returns when every loop has done what had been posted to it.</summary>
    public async Task TurnAsync()
    {
        // One turn to see the time, one to run the timers that are due, one for what they have queued.
        for (var turn = 0; turn < 3; turn++)
        {
            foreach (var loop in _engine.Loops)
            {
                var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), turned);
                await turned.Task.WaitAsync(_token).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        var disposed = Balancer.DisposeAsync().AsTask();
        if (_time is not null)
        {
            // Stopping takes a little of the loops' time, too.
            await Eventually.TrueAsync(
                () =>
                {
                    Advance(TimeSpan.FromMilliseconds(50));
                    return disposed.IsCompleted;
                },
                "it has stopped").ConfigureAwait(false);
        }

        await disposed.ConfigureAwait(false);
        var counters = _engine.ReadCounters();
        var leftOpen = await EngineDescriptors.LeftOpenAsync(_engine).ConfigureAwait(false);
        Assert.Multiple(() =>
        {
            Assert.That(Outcomes.Connections, Is.EqualTo(counters.Accepted), "one outcome for each accepted connection");
            Assert.That(counters.OpenConnections, Is.Zero, "open connections");
            Assert.That(counters.RentedBuffers, Is.Zero, "buffers not given back");
            Assert.That(leftOpen, Is.Empty, "descriptors that the engine left open");
            Assert.That(counters.HandlerFailures, Is.Zero, "faults in the handler");
            foreach (var backend in Balancer.Topology.Current.Clusters.Values.SelectMany(static cluster => cluster.Backends.AsSpan().ToArray()))
            {
                Assert.That(backend.State.InFlight, Is.Zero, "in flight");
            }
        });
    }

    private sealed class OneLoggerFactory(ILogger logger) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}
