using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>A host that is stopped before its start has completed: nothing of it may serve afterwards.</summary>
internal sealed class StopWhileStartingTests : HostFixture
{
    private static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 9);

    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_that_is_stopped_while_code_sets_options_does_not_serve_afterwards(CancellationToken token)
    {
        using var code = new SlowCode(token);
        using var host = Build(services =>
        {
            services.AddLbCore("first", static options => Serve(options, Nowhere));
            services.AddLbCore("second", (_, options) =>
            {
                Serve(options, Nowhere);
                code.Run();
            });
        });
        var start = Task.Run(() => host.StartAsync(token), token);
        await code.Entered.WaitAsync(token);
        var first = host.Services.GetRequiredKeyedService<LoadBalancer>("first");
        Assert.That(first.EndPoints, Is.Not.Empty, "the one before it runs");

        var stop = host.StopAsync(token);
        code.GoOn();
        await stop;
        await Assert.ThatAsync(() => start, Throws.InstanceOf<OperationCanceledException>());
        var second = host.Services.GetRequiredKeyedService<LoadBalancer>("second");
        Assert.That((second.EndPoints.Count, first.Completion.IsCompletedSuccessfully), Is.EqualTo((0, true)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_stop_whose_time_is_over_before_the_start_has_ended_lets_nothing_serve_either(CancellationToken token)
    {
        using var code = new SlowCode(token);
        using var host = Build(services => services.AddLbCore((_, options) =>
        {
            Serve(options, Nowhere);
            code.Run();
        }));
        var start = Task.Run(() => host.StartAsync(token), token);
        await code.Entered.WaitAsync(token);

        await host.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        code.GoOn();
        await Assert.ThatAsync(() => start, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(host.Services.GetRequiredService<LoadBalancer>().EndPoints, Is.Empty);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_that_is_stopped_before_its_load_balancers_come_to_start_does_not_start_them(CancellationToken token)
    {
        using var host = Build(static services => services.AddLbCore(static options => Serve(options, Nowhere)));
        var service = host.Services.GetServices<IHostedService>().Cast<IHostedLifecycleService>().Single();
        await service.StartingAsync(token);
        await service.StoppingAsync(token);
        await Assert.ThatAsync(() => service.StartedAsync(token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(host.Services.GetRequiredService<LoadBalancer>().EndPoints, Is.Empty);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_token_that_is_cancelled_already_starts_nothing_also_without_names_to_look_up(CancellationToken token)
    {
        await using var balancer = LoadBalancer.Create(
            BalancerHarness.Options(new EngineCase(EngineKind.Managed, 1, Tls: false), [Nowhere]));
        await Assert.ThatAsync(() => balancer.StartAsync(new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(balancer.EndPoints, Is.Empty);
    }

    /// <summary>Somebody's code that sets options and takes its time.</summary>
    private sealed class SlowCode(CancellationToken token) : IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Entered => _entered.Task;

        public void Run()
        {
            _entered.TrySetResult();
            _gate.Wait(token);
        }

        public void GoOn() => _gate.Set();

        public void Dispose() => _gate.Dispose();
    }
}
