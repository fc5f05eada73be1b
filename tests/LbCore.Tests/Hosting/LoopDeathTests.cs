using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
internal sealed class LoopDeathTests
{
    private readonly EngineCase _engine;

    public LoopDeathTests(EngineCase engine) => _engine = engine;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_loop_that_dies_fails_the_completion_and_can_still_be_stopped(CancellationToken token)
    {
        var time = new DeadlyTime();
        var log = new RecordingLogger();
        using var loggers = new OneLoggerFactory(log);
        var environment = new LoadBalancerEnvironment { Transport = new TransportOptions { TimeProvider = time } };
        var balancer = LoadBalancer.Create(
            BalancerHarness.Options(_engine, [new IPEndPoint(IPAddress.Loopback, 1)]), loggers, environment);
        await balancer.StartAsync(token);

        time.KillOneLoop();
        var loop = balancer.Running!.Engine.Loops[0];

        // Posted from the loop, the second one runs in another turn, whatever the first one's turn has read already.
        loop.Post(_ => loop.Post(static _ => { }, null), null);

        await Assert.ThatAsync(() => balancer.Completion.WaitAsync(token), Throws.Exception.With.Message.EqualTo(DeadlyTime.Reason));
        await Eventually.TrueAsync(() => log.Contains("A loop died. The load balancer cannot go on."), "the log says so");
        await balancer.DisposeAsync().AsTask().WaitAsync(token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_loop_that_dies_ends_the_host_with_an_error(CancellationToken token)
    {
        var time = new DeadlyTime();
        var environment = new LoadBalancerEnvironment { Transport = new TransportOptions { TimeProvider = time } };
        var options = BalancerHarness.Options(_engine, [new IPEndPoint(IPAddress.Loopback, 1)]);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLbCore(options);
        builder.Services.AddSingleton(LoadBalancer.Create(options, null, environment));
        using var host = builder.Build();
        await host.StartAsync(token);
        var ended = host.WaitForShutdownAsync(token);

        time.KillOneLoop();
        var loop = host.Services.GetRequiredService<LoadBalancer>().Running!.Engine.Loops[0];
        loop.Post(_ => loop.Post(static _ => { }, null), null);

        await Assert.ThatAsync(
            () => ended,
            Throws.InvalidOperationException.With.Message.EqualTo("An event loop of a load balancer died, and with it the load balancer.")
                .And.InnerException.Message.EqualTo(DeadlyTime.Reason));
    }

    /// <summary>Throws once when a loop reads the clock, which is the one thing of ours that a loop calls outside its dispatch frame.</summary>
    private sealed class DeadlyTime : TimeProvider
    {
        public const string Reason = "the clock is broken";

        private int _deaths;

        public void KillOneLoop() => Volatile.Write(ref _deaths, 1);

        public override long GetTimestamp() =>
            Thread.CurrentThread.Name?.StartsWith("lbcore-loop", StringComparison.Ordinal) == true && Interlocked.Exchange(ref _deaths, 0) == 1
                ? throw new InvalidOperationException(Reason)
                : base.GetTimestamp();
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
