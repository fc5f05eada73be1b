using System.Collections.Generic;
using System.Linq;
using System.Text;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Configuration.Reading;
using LbCore.Hosting;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class StrategyOptionsTests
{
    [TestCase("\"tuned\"", "tuned", "")]
    [TestCase("{ \"type\": \"tuned\" }", "tuned", "")]
    [TestCase("{ \"type\": \"tuned\", \"size\": 7, \"key\": \"path\" }", "tuned", "size=7 key=path")]
    [TestCase("{ \"key\": \"path\", \"type\": \"tuned\", \"factor\": 1.5 }", "tuned", "key=path factor=1.5")]
    public void A_strategy_is_a_name_or_an_object_with_its_parameters(string text, string type, string parameters)
    {
        var strategy = Read(text).Clusters["app"].Strategy;
        Assert.That((strategy.Type, Show(strategy)), Is.EqualTo((type, parameters)));
    }

    [Test]
    public void A_name_laid_over_an_object_takes_its_parameters_away()
    {
        var strategy = Read("{ \"type\": \"tuned\", \"size\": 7 }", "clusters.app.strategy=round-robin").Clusters["app"].Strategy;
        Assert.That((strategy.Type, Show(strategy)), Is.EqualTo(("round-robin", "")));
    }

    [Test]
    public void A_parameter_can_be_laid_over_a_name()
    {
        var strategy = Read("\"tuned\"", "clusters.app.strategy.size=9").Clusters["app"].Strategy;
        Assert.That((strategy.Type, Show(strategy)), Is.EqualTo(("tuned", "size=9")));
    }

    [Test]
    public void What_is_in_force_is_printed_so_that_it_reads_the_same_again()
    {
        var strategy = Parse(ConfigurationFile.Format(Read("{ \"type\": \"tuned\", \"size\": 7, \"factor\": 1.5 }"))).Clusters["app"].Strategy;
        Assert.That((strategy.Type, Show(strategy)), Is.EqualTo(("tuned", "size=7 factor=1.5")));
    }

    [TestCase("\"tunde\"", "clusters.app.strategy: 'tunde' is no strategy; use round-robin or ")]
    [TestCase("\"tunde\"", "(did you mean tuned?)")]
    [TestCase("{ \"type\": \"tuned\", \"sise\": 7 }", "clusters.app.strategy.sise: there is no parameter 'sise' here; did you mean size? The parameters of tuned are size, key, factor")]
    [TestCase("{ \"type\": \"round-robin\", \"size\": 7 }", "clusters.app.strategy.size: there is no parameter 'size': round-robin has none; leave it out")]
    [TestCase("{ \"type\": \"tuned\", \"size\": 70 }", "clusters.app.strategy.size: 70 is out of range; use 1 to 9")]
    [TestCase("{ \"type\": \"tuned\", \"size\": \"x\" }", "clusters.app.strategy.size: 'x' is no whole number; use 1 to 9")]
    [TestCase("{ \"type\": \"tuned\", \"factor\": \"NaN\" }", "clusters.app.strategy.factor: NaN is out of range; use 1 to 2.5")]
    [TestCase("{ \"type\": \"tuned\", \"factor\": 3 }", "clusters.app.strategy.factor: 3 is out of range; use 1 to 2.5")]
    [TestCase("{ \"type\": \"tuned\", \"key\": \"host\" }", "clusters.app.strategy.key: 'host' is none of its words; use address or path")]
    [TestCase("{ \"type\": \"tuned\", \"key\": \"path\", \"size\": 1 }", "clusters.app.strategy: a path needs a size above 1")]
    public void What_is_wrong_is_said_with_what_is_right(string text, string error) =>
        Assert.That(Check(Read(text)), Has.Some.Contains(error));

    [TestCase("{ \"type\": \"tuned\", \"key\": \"path\" }", true)]
    [TestCase("{ \"type\": \"tuned\", \"key\": \"address\" }", false)]
    public void A_strategy_that_chooses_by_what_only_requests_have_is_refused_behind_mode_tcp(string text, bool refused)
    {
        var options = Read(text);
        options.Listeners["raw"] = new ListenerOptions { Address = "127.0.0.1:8099", Mode = ListenerMode.Tcp, Cluster = "app" };
        var errors = Check(options);
        Assert.That(errors, refused
            ? Has.One.Contains("clusters.app.strategy: it chooses by path, which only requests have, and listener 'raw' has mode tcp")
            : Is.Empty);
    }

    [Test]
    public void Two_strategies_of_one_name_are_refused()
    {
        var extensions = new LbCoreExtensions { Strategies = { new Tuned(), new Tuned() } };
        Assert.That(() => LoadBalancer.Create(new LbCoreOptions(), extensions), Throws.ArgumentException.With.Message.Contains("Two strategies have the name 'tuned'"));
    }

    private static string[] Check(LbCoreOptions options) =>
        [.. LoadBalancer.Check(options, new LbCoreExtensions { Strategies = { new Tuned() } }).Select(static error => error.ToString())];

    private static LbCoreOptions Read(string strategy, params string[] settings)
    {
        var text = $$"""
            {
              "listeners": { "web": { "address": "127.0.0.1:8080", "cluster": "app" } },
              "clusters": { "app": { "strategy": {{strategy}}, "backends": { "a": "127.0.0.1:9001" } } }
            }
            """;
        return Parse(text, settings);
    }

    private static LbCoreOptions Parse(string text, params string[] settings) =>
        ConfigurationFile.Read(Encoding.UTF8.GetBytes(text), "x.json", settings, new Dictionary<string, string>(), new ConfigurationErrors());

    private static string Show(StrategyOptions strategy) => string.Join(' ', strategy.Parameters.Select(static pair => $"{pair.Key}={pair.Value}"));

    private sealed class Tuned : IBalancingStrategy
    {
        public string Name => "tuned";

        public IReadOnlyList<StrategyParameter> Parameters { get; } =
        [
            StrategyParameter.Number("size", "How large.", 3, 1, 9),
            StrategyParameter.Word("key", "By what.", "address", "address", "path"),
            StrategyParameter.Real("factor", "How much.", null, 1, 2.5),
        ];

        public string? Check(StrategyArguments arguments) =>
            arguments.Text("key") == "path" && arguments.Number("size") == 1 ? "a path needs a size above 1" : null;

        public SelectionKey KeyOf(StrategyArguments arguments) =>
            new(arguments.Text("key") == "path" ? SelectionKeyKind.Path : SelectionKeyKind.ClientAddress);

        public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
            new RoundRobinStrategy(Name).Create(set, arguments, previous);
    }
}
