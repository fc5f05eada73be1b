using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LoadBalancerStartTests
{
    private static readonly EngineCase Managed = new(EngineKind.Managed, 1, Tls: false);

    [Test]
    [CancelAfter(30_000)]
    public async Task Wrong_options_fail_the_start_with_all_their_errors(CancellationToken token)
    {
        var options = BalancerHarness.Options(Managed, [new IPEndPoint(IPAddress.Loopback, 1)]);
        options.Listeners["web"].Address = "";
        options.Clusters["app"].Strategy = "fair";
        await using var balancer = LoadBalancer.Create(options);

        var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => balancer.StartAsync(token));
        Assert.That(
            error.Errors.Select(static e => e.Path), Is.EqualTo(new[] { "listeners.web.address", "clusters.app.strategy" }));
        Assert.That(error!.Message, Does.Contain("listeners.web.address: it is missing"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Names_that_do_not_resolve_fail_the_start_with_their_paths(CancellationToken token)
    {
        var options = BalancerHarness.Options(Managed, [new IPEndPoint(IPAddress.Loopback, 1)]);
        options.Clusters["app"].Backends.Add("gone", new BackendOptions { Address = "gone.test:80" });
        options.Clusters["app"].Backends.Add("empty", new BackendOptions { Address = "empty.test:80" });
        var environment = new LoadBalancerEnvironment
        {
            Resolver = new BackendResolver(static (name, _) => name == "empty.test"
                ? Task.FromResult(Array.Empty<IPAddress>())
                : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound))),
        };
        await using var balancer = LoadBalancer.Create(options, null, environment);

        var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => balancer.StartAsync(token));
        Assert.That(
            error.Errors.Select(static e => e.Path),
            Is.EqualTo(new[] { "clusters.app.backends.gone.address", "clusters.app.backends.empty.address" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Names_are_resolved_once_and_the_first_address_counts(CancellationToken token)
    {
        await using var echo = new ScriptedBackend(static script => script.Echo(), token);
        var port = ((IPEndPoint)echo.EndPoint).Port;
        var options = BalancerHarness.Options(Managed, []);
        options.Clusters["app"].Backends.Add("named", new BackendOptions { Address = $"backend.test:{port}" });
        var environment = new LoadBalancerEnvironment
        {
            Resolver = new BackendResolver(static (_, _) => Task.FromResult(new[] { IPAddress.Loopback, IPAddress.Parse("192.0.2.1") })),
        };
        await using var balancer = LoadBalancer.Create(options, null, environment);
        await balancer.StartAsync(token);
        using var client = await RawClient.ConnectAsync(balancer.EndPoints["web"], token);
        await client.WriteAsync("hello"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(5), Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_name_that_leads_back_to_a_listener_fails_the_start(CancellationToken token)
    {
        var options = BalancerHarness.Options(Managed, [new IPEndPoint(IPAddress.Loopback, 1)]);
        options.Listeners["web"].Address = "*:8080";
        options.Clusters["app"].Backends.Add("other", new BackendOptions { Address = "other.test:8080" });
        options.Clusters["app"].Backends.Add("self", new BackendOptions { Address = "self.test:8080" });
        var environment = new LoadBalancerEnvironment
        {
            Resolver = new BackendResolver(static (name, _) => Task.FromResult(new[] { IPAddress.Parse(name == "self.test" ? "192.0.2.7" : "192.0.2.8") })),
            ListOwnAddresses = static () => [IPAddress.Parse("192.0.2.7")],
        };
        await using var balancer = LoadBalancer.Create(options, null, environment);

        var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => balancer.StartAsync(token));
        Assert.That(error.Errors.Select(static e => e.Path), Is.EqualTo(new[] { "clusters.app.backends.self.address" }));
        Assert.That(error.Message, Does.Contain("'self.test:8080' (192.0.2.7:8080) leads to listener 'web'").And.Contain("(*:8080)").And.Contain("write"));
    }

    [Test]
    public void The_machines_own_addresses_are_read_from_its_interfaces() =>
        Assert.That(OwnAddresses.ListFromSystem(), Does.Contain(IPAddress.Loopback));

    [Test]
    [CancelAfter(30_000)]
    public async Task A_start_that_waits_for_a_name_can_be_cancelled(CancellationToken token)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = BalancerHarness.Options(Managed, []);
        options.Clusters["app"].Backends.Add("slow", new BackendOptions { Address = "slow.test:80" });
        var environment = new LoadBalancerEnvironment
        {
            // As the system's lookup does once it has begun, it takes no notice of its token.
            Resolver = new BackendResolver((_, _) =>
            {
                asked.SetResult();
                return answer.Task;
            }),
        };
        await using var balancer = LoadBalancer.Create(options, null, environment);
        using var cancellation = new CancellationTokenSource();
        var start = balancer.StartAsync(cancellation.Token);
        await asked.Task.WaitAsync(token);
        await cancellation.CancelAsync();

        var ended = await Eventually.HoldsAsync(() => start.IsCompleted);
        answer.SetResult([IPAddress.Loopback]);
        Assert.That(ended, Is.True, "the start has ended before the name's address came");
        await Assert.ThatAsync(() => start, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task It_starts_once_and_stops_any_number_of_times(CancellationToken token)
    {
        var options = BalancerHarness.Options(Managed, [new IPEndPoint(IPAddress.Loopback, 1)]);
        await using var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        Assert.That(() => balancer.StartAsync(token), Throws.InvalidOperationException);
        await balancer.StopAsync(token);
        await balancer.StopAsync(token);
        Assert.That(() => balancer.StartAsync(token), Throws.InvalidOperationException);
        Assert.That(balancer.Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_that_never_started_can_be_disposed_of(CancellationToken token)
    {
        var balancer = LoadBalancer.Create(new LbCoreOptions());
        await balancer.DisposeAsync();
        await balancer.Completion.WaitAsync(token);
    }
}
