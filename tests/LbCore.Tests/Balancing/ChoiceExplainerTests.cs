using System.Linq;
using System.Net;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

/// <summary>What explaining says of a choice is what a selector chooses, and why others were none to choose.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ChoiceExplainerTests
{
    [Test]
    public void Every_backend_that_takes_nothing_new_has_its_reason()
    {
        var options = Options("round-robin");
        options.Clusters["app"].Backends["b"].State = BackendAvailability.Drain;
        options.Clusters["app"].Backends["c"].State = BackendAvailability.Down;
        options.Clusters["app"].Backends["d"].Weight = 0;
        var choice = Explain(options)!;
        Assert.That(choice.Candidates.Select(static candidate => candidate.Exclusion), Is.EqualTo(new[]
        {
            null,
            "it drains: it takes only the sessions that it has already",
            "it is down: it takes nothing",
            "its weight is 0: it takes only the sessions that it has already",
            null,
        }));
        Assert.That((choice.Key, choice.HasKey, choice.Backend), Is.EqualTo(("none", false, (string?)null)));
        Assert.That(choice.Steps[0], Is.EqualTo("turn 1 of 2 comes next: a's"));
    }

    [TestCase("ip-hash")]
    [TestCase("consistent-hash")]
    [TestCase("rendezvous")]
    [TestCase("maglev")]
    public void A_key_leads_where_a_selector_leads_it(string strategy)
    {
        var options = Options(strategy);
        for (var last = 1; last < 30; last++)
        {
            var address = IPAddress.Parse($"10.0.0.{last}");
            var choice = Explain(options, address)!;
            var built = LbCore.Balancing.StrategyRegistry.BuiltIn.Get(strategy);
            var selection = new TestSelection();
            selection.SetClientAddress(address);
            var set = TestBackends.Create(options.Clusters["app"].Backends.Select(static pair => (pair.Key, pair.Value.Weight)));
            var chosen = selection.Select(built.Create(set, StrategyCatalog.ArgumentsOf(built, options.Clusters["app"].Strategy), previous: null));
            Assert.That((choice.Key, choice.HasKey, choice.Backend), Is.EqualTo(("address", true, set[chosen].Name)));
            Assert.That(choice.Steps, Is.Not.Empty);
        }
    }

    [Test]
    public void A_trusted_proxys_word_counts_and_nobody_elses()
    {
        var options = Options("ip-hash");
        options.Listeners["web"].ForwardedHeaders.Trusted.Add("10.0.0.9");
        var direct = Explain(options, IPAddress.Parse("1.2.3.4"))!;
        var told = Explain(options, IPAddress.Parse("10.0.0.9"), "X-Forwarded-For: 1.2.3.4")!;
        var lied = Explain(options, IPAddress.Parse("10.0.0.8"), "X-Forwarded-For: 1.2.3.4")!;
        Assert.That(told.Steps, Is.EqualTo(direct.Steps));
        Assert.That(lied.Steps, Is.Not.EqualTo(direct.Steps));
    }

    [Test]
    public void Without_an_address_there_is_no_key_and_no_one_backend()
    {
        var choice = Explain(Options("ip-hash"))!;
        Assert.That((choice.HasKey, choice.Backend), Is.EqualTo((false, (string?)null)));
    }

    private static ChoiceExplanation? Explain(LbCoreOptions options, IPAddress? client = null, params string[] fields) =>
        RouteExplainer.Explain(options, "web", "GET", "/", ["Host: h", .. fields], client).Choice;

    private static LbCoreOptions Options(string strategy)
    {
        var options = new LbCoreOptions();
        options.Listeners["web"] = new ListenerOptions { Address = "127.0.0.1:8080", Cluster = "app" };
        options.Clusters["app"] = new ClusterOptions { Strategy = strategy };
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            options.Clusters["app"].Backends[name] = new BackendOptions { Address = "name.invalid:80" };
        }

        return options;
    }
}
