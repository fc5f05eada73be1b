using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>Reloads that meet a stop or a start, and disposal without waiting for tasks.</summary>
internal sealed class ReloadAndStopTests : HostFixture
{
    private const int Reloaded = 1010;

    private static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 9);

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reload_that_waits_for_a_name_when_it_is_stopped_changes_nothing_and_logs_no_error(CancellationToken token)
    {
        var folder = Directory.CreateTempSubdirectory("lbcore-");
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var environment = new LoadBalancerEnvironment
        {
            Resolver = new BackendResolver((_, _) =>
            {
                asked.TrySetResult();
                return answer.Task;
            }),
        };
        await using var balancer = LoadBalancer.Create(Options(), null, environment);
        await balancer.StartAsync(token);
        var before = balancer.Topology.Current;
        var wanted = Options();
        wanted.Clusters["app"].Backends["slow"] = new BackendOptions { Address = "slow.test:80" };
        wanted.AccessLog.Path = Path.Combine(folder.FullName, "access.log");
        var reload = balancer.ReloadAsync(wanted, token);
        var logged = new OptionsReloader(balancer, () => wanted, Log).ReloadOnceAsync();
        await asked.Task.WaitAsync(token);

        await balancer.StopAsync(token);
        answer.SetResult([IPAddress.Loopback]);
        await Assert.ThatAsync(() => reload, Throws.InvalidOperationException);
        await logged;
        Assert.That((Log.Entries.Count, balancer.Topology.Current), Is.EqualTo((0, before)), Log.ToString());
        Assert.That(folder.EnumerateFiles(), Is.Empty);
        folder.Delete(recursive: true);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_stop_waits_for_a_reload_whose_options_hold_already(CancellationToken token)
    {
        var folder = Directory.CreateTempSubdirectory("lbcore-");
        using var loggers = new Blocking(token);
        await using var balancer = LoadBalancer.Create(Options(), loggers);
        await balancer.StartAsync(token);
        var wanted = Options();
        wanted.AccessLog.Path = Path.Combine(folder.FullName, "access.log");
        var reload = Task.Run(() => balancer.ReloadAsync(wanted, token), token);
        await loggers.Entered.WaitAsync(token);

        var stop = balancer.StopAsync(token);
        await Task.WhenAny(stop, Task.Delay(500, token));
        Assert.That(stop.IsCompleted, Is.False);
        loggers.GoOn();
        await stop;
        await reload;
        folder.Delete(recursive: true);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reload_that_is_asked_for_before_it_runs_is_done_when_it_does(CancellationToken token)
    {
        await using var balancer = LoadBalancer.Create(Options());
        new OptionsReloader(balancer, Options, Log).Request();
        await balancer.StartAsync(token);
        await Eventually.TrueAsync(() => Log.Entries.Count > 0, "the request is not lost");
        Assert.That(Log.Entries.Select(static entry => entry.Id.Id), Is.EqualTo(new[] { Reloaded }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_provider_that_is_disposed_of_without_await_stops_it(CancellationToken token)
    {
        LoadBalancer balancer;
        using (var provider = new ServiceCollection().AddLbCore(static options => Serve(options, Nowhere)).Services.BuildServiceProvider())
        {
            balancer = provider.GetRequiredService<LoadBalancer>();
            await balancer.StartAsync(token);
        }

        Assert.That(balancer.Completion.IsCompletedSuccessfully, Is.True);
        balancer.Dispose();
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Disposal_on_one_of_its_loops_does_not_wait_for_itself(CancellationToken token)
    {
        var balancer = LoadBalancer.Create(Options());
        await balancer.StartAsync(token);
        var returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        balancer.Running!.Engine.Loops[0].Post(
            _ =>
            {
                balancer.Dispose();
                returned.SetResult();
            },
            null);
        await returned.Task.WaitAsync(TimeSpan.FromSeconds(10), token);
        await balancer.Completion.WaitAsync(token);
    }

    private static LbCoreOptions Options()
    {
        var options = new LbCoreOptions();
        Serve(options, Nowhere);
        return options;
    }

    /// <summary>Holds up who tells that the access log is open, which is in the middle of a reload.</summary>
    private sealed class Blocking(CancellationToken token) : ILoggerFactory, ILogger
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Entered => _entered.Task;

        public void GoOn() => _gate.Set();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains("access.log", StringComparison.Ordinal))
            {
                _entered.TrySetResult();
                _gate.Wait(token);
            }
        }

        public void Dispose() => _gate.Dispose();
    }
}
