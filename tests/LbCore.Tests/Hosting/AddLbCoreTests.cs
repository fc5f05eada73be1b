using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>What AddLbCore adds, and what several calls of it make.</summary>
internal sealed class AddLbCoreTests : HostFixture
{
    [Test]
    [CancelAfter(30_000)]
    public async Task Two_calls_for_the_same_name_configure_one_load_balancer_in_their_order(CancellationToken token)
    {
        using var backend = new RawListener(token);
        using var host = Build(services =>
        {
            services.AddLbCore(options => Serve(options, RawListener.RefusingEndPoint()));
            services.AddLbCore(options => Serve(options, backend.EndPoint));
            services.Configure<LbCoreOptions>(options => options.Clusters["app"].Retries.Max = 0);
        });
        await host.StartAsync(token);

        Assert.That(host.Services.GetServices<IHostedService>().Count(), Is.EqualTo(1));
        Assert.That(host.Services.GetServices<LoadBalancer>().Count(), Is.EqualTo(1));
        await AssertServesAsync(host.Services.GetRequiredService<LoadBalancer>(), backend, token);
        await host.StopAsync(token);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Two_names_are_two_load_balancers_that_stop_together(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        using var host = Build(services =>
        {
            services.AddLbCore("edge", options => Serve(options, first.EndPoint));
            services.AddLbCore("inner", options => Serve(options, second.EndPoint));
        });
        await host.StartAsync(token);
        var edge = host.Services.GetRequiredKeyedService<LoadBalancer>("edge");
        var inner = host.Services.GetRequiredKeyedService<LoadBalancer>("inner");

        Assert.That(edge, Is.Not.SameAs(inner));
        Assert.That(host.Services.GetService<LoadBalancer>(), Is.Null, "none without a name was added");
        await AssertServesAsync(edge, first, token);
        await AssertServesAsync(inner, second, token);
        await host.StopAsync(token);
        Assert.That((edge.Completion.IsCompletedSuccessfully, inner.Completion.IsCompletedSuccessfully), Is.EqualTo((true, true)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_without_a_name_and_one_with_a_name_stand_beside_each_other(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        using var host = Build(services =>
        {
            services.AddLbCore(options => Serve(options, first.EndPoint));
            services.AddLbCore("inner", options => Serve(options, second.EndPoint));
        });
        await host.StartAsync(token);

        await AssertServesAsync(host.Services.GetRequiredService<LoadBalancer>(), first, token);
        await AssertServesAsync(host.Services.GetRequiredKeyedService<LoadBalancer>("inner"), second, token);
        await host.StopAsync(token);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Two_without_a_host_stand_beside_each_other(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        var (one, other) = (new LbCoreOptions(), new LbCoreOptions());
        Serve(one, first.EndPoint);
        Serve(other, second.EndPoint);
        await using var a = LoadBalancer.Create(one);
        await using var b = LoadBalancer.Create(other);
        await a.StartAsync(token);
        await b.StartAsync(token);

        await AssertServesAsync(a, first, token);
        await a.StopAsync(token);
        await AssertServesAsync(b, second, token);
        await b.StopAsync(token);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Options_can_be_given_and_are_taken_as_they_are(CancellationToken token)
    {
        using var backend = new RawListener(token);
        var options = new LbCoreOptions();
        Serve(options, backend.EndPoint);
        using var host = Build(services => services.AddLbCore(options));
        await AssertRunsAsync(host, backend, token);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_configuration_lies_over_what_code_has_set_before(CancellationToken token)
    {
        using var backend = new RawListener(token);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("LbCore:clusters:app:backends:a:address", backend.EndPoint.ToString())]).Build();
        using var host = Build(services => services
            .AddLbCore(options => Serve(options, RawListener.RefusingEndPoint())).Services
            .AddLbCore(configuration.GetSection("LbCore")));
        await AssertRunsAsync(host, backend, token);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_section_that_is_empty_is_no_mistake_when_code_after_it_sets_all(CancellationToken token)
    {
        using var backend = new RawListener(token);
        using var host = Build(services => services
            .AddLbCore(new ConfigurationBuilder().Build().GetSection("LbCore")).Services
            .AddLbCore(options => Serve(options, backend.EndPoint)));
        await AssertRunsAsync(host, backend, token);
    }

    [Test]
    public void A_reference_of_a_section_to_a_cluster_that_code_after_it_sets_ignores_case_too()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("LbCore:listeners:web:address", "127.0.0.1:0"), new("LbCore:listeners:web:cluster", "App")]).Build();
        using var provider = new ServiceCollection()
            .AddLbCore(configuration.GetSection("LbCore")).Services
            .AddLbCore(static options => options.Clusters["app"] = new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = "127.0.0.1:9" } } }).Services
            .BuildServiceProvider();
        Assert.That(LoadBalancer.Check(provider.GetRequiredService<HostedBalancers>().Single().ReadOptions(provider)), Is.Empty);
    }

    [Test]
    public async Task Two_providers_of_the_same_services_each_know_what_their_own_configuration_said()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("LbCore:loops", "1")]).Build();
        var services = new ServiceCollection().AddLbCore(configuration.GetSection("LbCore")).Services;
        await using var first = services.BuildServiceProvider();
        await using var second = services.BuildServiceProvider();
        var one = first.GetRequiredService<LoadBalancer>();
        configuration["LbCore:loops"] = "2";
        var two = second.GetRequiredService<LoadBalancer>();
        Assert.That((one.SectionText, two.SectionText), Is.EqualTo(("loops=1", "loops=2")));
    }

    [Test]
    public void Options_can_be_set_with_the_help_of_other_services()
    {
        using var provider = new ServiceCollection()
            .AddSingleton(new IPEndPoint(IPAddress.Loopback, 9))
            .AddLbCore("x", (services, options) => Serve(options, services.GetRequiredService<IPEndPoint>())).Services
            .BuildServiceProvider();

        var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<LbCoreOptions>>().Get("x");
        Assert.That(options.Clusters["app"].Backends["a"].Address, Is.EqualTo("127.0.0.1:9"));
    }

    [Test]
    public void What_is_returned_knows_services_and_name()
    {
        var services = new ServiceCollection();
        Assert.That(services.AddLbCore("edge", static _ => { }).Name, Is.EqualTo("edge"));
        var builder = services.AddLbCore(static _ => { });
        Assert.That((builder.Name, builder.Services), Is.EqualTo(("", (IServiceCollection)services)));
    }

    [Test]
    public void A_second_configuration_for_the_same_name_is_refused()
    {
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().Build();
        services.AddLbCore(configuration);
        services.AddLbCore("edge", configuration);
        Assert.That(
            () => services.AddLbCore("edge", configuration),
            Throws.InvalidOperationException.With.Message.StartsWith("The load balancer 'edge' has a configuration already."));
    }

    [Test]
    public void Given_options_have_no_other_layers()
    {
        var services = new ServiceCollection();
        services.AddLbCore(new LbCoreOptions());
        services.AddLbCore("edge", static _ => { });
        Assert.That(
            () => services.AddLbCore(static _ => { }),
            Throws.InvalidOperationException.With.Message.StartsWith("The load balancer without a name was added already."));
        Assert.That(
            () => services.AddLbCore("edge", new LbCoreOptions()),
            Throws.InvalidOperationException.With.Message.StartsWith("The load balancer 'edge' was added already."));
    }
}
