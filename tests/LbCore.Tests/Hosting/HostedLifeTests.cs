using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>How a load balancer starts and stops with its host.</summary>
internal sealed class HostedLifeTests : HostFixture
{
    private static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 9);

    [Test]
    [CancelAfter(30_000)]
    public async Task When_the_host_has_started_every_listener_is_bound(CancellationToken token)
    {
        using var backend = new RawListener(token);
        using var host = Build(services => services.AddLbCore(options =>
        {
            Serve(options, backend.EndPoint);
            options.Listeners["more"] = new ListenerOptions { Address = "127.0.0.1:0", Cluster = "app" };
        }));
        var balancer = host.Services.GetRequiredService<LoadBalancer>();
        Assert.That(balancer.EndPoints, Is.Empty);
        await host.StartAsync(token);

        Assert.That(balancer.EndPoints.Keys, Is.EquivalentTo(new[] { "web", "more" }));
        await AssertServesAsync(balancer, backend, token);
        await host.StopAsync(token);
        Assert.That(balancer.Completion.IsCompletedSuccessfully, Is.True);
        await Assert.ThatAsync(() => RawClient.ConnectAsync(balancer.EndPoints["web"], token), Throws.Exception);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_address_in_use_fails_the_start_of_the_host_and_leaves_nothing(CancellationToken token)
    {
        using var taken = new RawListener(token);
        using var host = Build(services =>
        {
            services.AddLbCore("good", static options => Serve(options, Nowhere));
            services.AddLbCore("bad", options => Serve(options, Nowhere, TransportAddress.Format(taken.EndPoint)));
        });

        var error = await Assert.ThrowsAsync<ListenException>(() => host.StartAsync(token));
        Assert.That(error!.IsAddressInUse, Is.True);
        Assert.That(
            host.Services.GetRequiredKeyedService<LoadBalancer>("good").Completion.IsCompletedSuccessfully, Is.True, "the other one was stopped again");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Mistakes_in_the_options_fail_the_start_of_the_host_all_at_once(CancellationToken token)
    {
        using var host = Build(static services => services.AddLbCore(static options =>
        {
            Serve(options, Nowhere);
            options.Listeners["web"].Cluster = "ap";
            options.Loops = 300;
        }));

        var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => host.StartAsync(token));
        Assert.That(error!.Errors.Select(static e => e.Path), Is.EquivalentTo(new[] { "listeners.web.cluster", "loops" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(30_000)]
    public async Task It_starts_after_every_other_service_and_stops_before_any(bool concurrently, CancellationToken token)
    {
        var diary = new List<string>();
        IHost? host = null;
        using (host = Build(services =>
        {
            services.Configure<HostOptions>(options => (options.ServicesStartConcurrently, options.ServicesStopConcurrently) = (concurrently, concurrently));
            services.AddSingleton<IHostedService>(new Witness("first", diary, See));
            services.AddLbCore(static options => Serve(options, Nowhere));
            services.AddSingleton<IHostedService>(new Witness("last", diary, See));
        }))
        {
            await host.StartAsync(token);
            Assert.That(host.Services.GetRequiredService<LoadBalancer>().EndPoints, Is.Not.Empty);
            await host.StopAsync(token);
        }

        Assert.That(diary, Is.EquivalentTo(new[] { "first starts: not bound", "last starts: not bound", "last stops: stopped", "first stops: stopped" }));

        string See()
        {
            var balancer = host!.Services.GetRequiredService<LoadBalancer>();
            return balancer.EndPoints.Count == 0 ? "not bound" : balancer.Completion.IsCompleted ? "stopped" : "bound";
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_that_knows_only_start_and_stop_runs_it_too(CancellationToken token)
    {
        using var backend = new RawListener(token);
        using var host = Build(services => services.AddLbCore(options => Serve(options, backend.EndPoint)));
        var service = host.Services.GetServices<IHostedService>().Single();
        await service.StartAsync(token);

        await AssertServesAsync(host.Services.GetRequiredService<LoadBalancer>(), backend, token);
        await service.StopAsync(token);
        Assert.That(host.Services.GetRequiredService<LoadBalancer>().Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_runs_is_finished_before_the_host_has_stopped(CancellationToken token)
    {
        using var backend = new RawListener(token);
        using var host = Build(services => services.AddLbCore(options => Serve(options, backend.EndPoint)));
        await host.StartAsync(token);
        using var client = await RawClient.ConnectAsync(host.Services.GetRequiredService<LoadBalancer>().EndPoints["web"], token);
        await client.SendAsync(Get);
        using var peer = await backend.AcceptAsync();
        await peer.ReadHeadAsync();

        var stopped = host.StopAsync(token);
        await Eventually.TrueAsync(() => Log.Contains("Stopping: 1 connections have 25s to end."), "it drains, and for less than the host's 30 s");
        Assert.That(stopped.IsCompleted, Is.False);
        await peer.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 OK"));

        // Whoever does not close is waited for a while.
        client.Dispose();
        await stopped;
        Assert.That(Log.Contains("are aborted"), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_connection_that_does_not_end_is_aborted_in_time_for_the_other_services_to_stop(CancellationToken token)
    {
        var diary = new List<string>();
        using var backend = new RawListener(token);
        using var host = Build(
            services =>
            {
                services.AddSingleton<IHostedService>(new Witness("other", diary));
                services.AddLbCore(options => Serve(options, backend.EndPoint));
            },
            TimeSpan.FromSeconds(4));
        await host.StartAsync(token);
        using var client = await RawClient.ConnectAsync(host.Services.GetRequiredService<LoadBalancer>().EndPoints["web"], token);
        await client.SendAsync(Get);
        using var peer = await backend.AcceptAsync();
        await peer.ReadHeadAsync();

        // The host throws when its time is over before all have stopped.
        await host.StopAsync(token);
        Assert.That(diary, Is.EqualTo(new[] { "other starts", "other stops" }));
        Assert.That(Log.Contains("A drain may take 30s by the options, but the host stops within 4s, so it takes 3s at most"), Is.True, Log.ToString());
        Assert.That(Log.Contains("Stopping: 1 connections had not ended and are aborted."), Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_token_of_the_stop_ends_the_drain_and_all_is_ended_all_the_same(CancellationToken token)
    {
        using var backend = new RawListener(token);
        using var host = Build(services => services.AddLbCore(options => Serve(options, backend.EndPoint)));
        await host.StartAsync(token);
        var balancer = host.Services.GetRequiredService<LoadBalancer>();
        using var client = await RawClient.ConnectAsync(balancer.EndPoints["web"], token);
        await client.SendAsync(Get);
        using var peer = await backend.AcceptAsync();
        await peer.ReadHeadAsync();

        using var enough = new CancellationTokenSource();
        var stopped = host.StopAsync(enough.Token);
        await Eventually.TrueAsync(() => Log.Contains("Stopping: 1 connections have"), "it drains");
        await enough.CancelAsync();
        await stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That(Log.Contains("Stopping: 1 connections had not ended and are aborted."), Is.True);
        Assert.That(balancer.Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_that_is_disposed_of_without_a_stop_leaves_nothing(CancellationToken token)
    {
        LoadBalancer balancer;
        using (var host = Build(static services => services.AddLbCore(static options => Serve(options, Nowhere))))
        {
            await host.StartAsync(token);
            balancer = host.Services.GetRequiredService<LoadBalancer>();
        }

        Assert.That(balancer.Completion.IsCompletedSuccessfully, Is.True);
    }

    [TestCase(30, 25)]
    [TestCase(20, 15)]
    [TestCase(8, 6)]
    [TestCase(0, 0)]
    public void A_drain_leaves_a_quarter_of_the_hosts_time_and_at_most_5_seconds(int host, int longest) => Assert.That(
        HostTime.LongestDrain(TimeSpan.FromSeconds(host)), Is.EqualTo(TimeSpan.FromSeconds(longest)));
}
