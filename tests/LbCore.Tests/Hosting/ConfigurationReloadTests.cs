using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>A configuration that changes while a load balancer runs.</summary>
internal sealed class ConfigurationReloadTests : HostFixture
{
    private const int Reloaded = 1010;
    private const int ReloadError = 1011;
    private const int ReloadRefused = 1012;
    private const int ReloadFailed = 1013;

    private const string Backend = "LbCore:clusters:app:backends:a";

    [Test]
    [CancelAfter(60_000)]
    public async Task A_change_holds_and_a_bad_one_is_logged_and_changes_nothing(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        var (configuration, source) = Serving(first);
        using var host = Build(services => services.AddLbCore(configuration.GetSection("LbCore")));
        await host.StartAsync(token);
        var balancer = host.Services.GetRequiredService<LoadBalancer>();
        await AssertServesAsync(balancer, first, token);

        source.Set(Backend, TransportAddress.Format(second.EndPoint));
        await Eventually.TrueAsync(() => Count(Reloaded) == 1, "the change was taken");
        await AssertServesAsync(balancer, second, token);

        // Two mistakes, and a backend that would be used if it were taken.
        source.Set([
            (Backend, TransportAddress.Format(first.EndPoint)),
            ("LbCore:clusters:app:strategy", "round-robbin"),
            ("LbCore:listeners:web:address", "127.0.0.1:1"),
        ]);
        await Eventually.TrueAsync(() => Count(ReloadRefused) == 1, "the change was refused");
        Assert.That(
            Entries(ReloadError),
            Is.EqualTo(new[]
            {
                "LbCore:clusters:app:strategy: clusters.app.strategy: 'round-robbin' is no strategy; use round-robin or weighted-round-robin or random or power-of-two or least-connections or least-time or ip-hash or consistent-hash or rendezvous or maglev (did you mean round-robin?)",
                "LbCore:listeners:web:address: listeners.web.address: the address cannot change while it runs; restart, or set it back",
            }));
        await AssertServesAsync(balancer, second, token);

        source.Set([("LbCore:clusters:app:strategy", "round-robin"), ("LbCore:listeners:web:address", "127.0.0.1:0")]);
        await Eventually.TrueAsync(() => Count(Reloaded) == 2, "the mended one was taken");
        await AssertServesAsync(balancer, first, token);
        await host.StopAsync(token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Many_reports_of_one_change_and_changes_elsewhere_make_no_further_reload(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        var (configuration, source) = Serving(first);
        using var host = Build(services => services.AddLbCore(configuration.GetSection("LbCore")));
        await host.StartAsync(token);

        source.Set("Logging:LogLevel:Default", "Debug");
        source.Set(Backend, TransportAddress.Format(second.EndPoint));
        for (var i = 0; i < 20; i++)
        {
            source.Report();
        }

        await Eventually.TrueAsync(() => Count(Reloaded) == 1, "the change was taken");
        source.Set("Logging:LogLevel:Default", "Information");

        // What comes after it is seen after it.
        source.Set("LbCore:clusters:app:retries:max", "1");
        await Eventually.TrueAsync(() => Count(Reloaded) == 2, "the next change was taken");
        await host.StopAsync(token);
        Assert.That(Count(Reloaded), Is.EqualTo(2));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Code_that_sets_options_is_called_again_and_its_failure_is_logged(CancellationToken token)
    {
        using var first = new RawListener(token);
        using var second = new RawListener(token);
        var (configuration, source) = Serving(first);
        var calls = 0;
        using var host = Build(services => services
            .AddLbCore(configuration.GetSection("LbCore")).Services
            .AddLbCore(_ =>
            {
                if (++calls == 2)
                {
                    throw new TimeoutException("code fails");
                }
            }));
        await host.StartAsync(token);
        var balancer = host.Services.GetRequiredService<LoadBalancer>();

        source.Set(Backend, TransportAddress.Format(second.EndPoint));
        await Eventually.TrueAsync(() => Count(ReloadFailed) == 1, "the failure was logged");
        await AssertServesAsync(balancer, first, token);

        source.Report();
        await Eventually.TrueAsync(() => Count(Reloaded) == 1, "what did not hold yet was tried again");
        await AssertServesAsync(balancer, second, token);
        Assert.That(calls, Is.EqualTo(3));
        await host.StopAsync(token);
    }

    private static (IConfigurationRoot Configuration, ChangingSource Source) Serving(RawListener backend)
    {
        var source = new ChangingSource();
        source.Set([
            ("LbCore:listeners:web:address", "127.0.0.1:0"),
            ("LbCore:listeners:web:cluster", "app"),
            ("LbCore:loops", "1"),
            (Backend, TransportAddress.Format(backend.EndPoint)),
        ]);
        return (new ConfigurationBuilder().Add(source).Build(), source);
    }

    private int Count(int id) => Log.Entries.Count(entry => entry.Id.Id == id);

    private string[] Entries(int id) => [.. Log.Entries.Where(entry => entry.Id.Id == id).Select(static entry => entry.Message)];

    /// <summary>A source whose values change, and which reports that at once.</summary>
    private sealed class ChangingSource : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Set((string Key, string Value)[] settings)
        {
            // Another one at a time: who reads sees the old values or the new ones.
            var data = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in settings)
            {
                data[key] = value;
            }

            Data = data;
            Report();
        }

        public new void Set(string key, string value) => Set([(key, value)]);

        public void Report() => OnReload();
    }
}
