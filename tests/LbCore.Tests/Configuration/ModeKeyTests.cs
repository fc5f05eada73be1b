using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using LbCore.Configuration;
using LbCore.Configuration.Keys;
using LbCore.Configuration.Reading;
using LbCore.Hosting;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>A key that a listener's mode does not have is refused, not ignored.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ModeKeyTests
{
    private const string InTcp = "it is for mode http, and this listener has mode tcp; leave it out, or set \"mode\": \"http\"";
    private const string InHttp = "it is for mode tcp, and this listener has mode http; leave it out, or set \"mode\": \"tcp\"";

    /// <summary>Returns every key of a listener with a value that it may have, as the rest of a listener's object, and whether it is refused.</summary>
    public static IEnumerable<TestCaseData> Keys()
    {
        var reference = new OptionReference();
        LbCoreKeys.Root.Document("", reference);
        var rows = reference.ToMarkdown().Split('\n');
        var seen = new HashSet<string>();
        foreach (var (key, value) in Effective(ListenerMode.Http).Concat(Effective(ListenerMode.Tcp)))
        {
            // An empty list of routes says nothing, and for others there is a better word than this one.
            if (key is "address" or "mode" or "cluster" or "routes")
            {
                continue;
            }

            var parts = value is JsonObject section ? section.Select(part => ($"{key}.{part.Key}", $"\"{key}\": {{ \"{part.Key}\": {part.Value!.ToJsonString()} }}"))
                : [(key, $"\"{key}\": {value.ToJsonString()}")];
            foreach (var (path, text) in parts.Where(part => seen.Add(part.Item1)))
            {
                foreach (var (mode, other) in new[] { ("http", "tcp"), ("tcp", "http") })
                {
                    var isForOther = new[] { key, path }.Any(
                        at => rows.Single(row => row.StartsWith($"| `listeners.<listener>.{at}` |", StringComparison.Ordinal)).Contains($"(mode {other})", StringComparison.Ordinal));
                    yield return new TestCaseData(mode, text, isForOther).SetArgDisplayNames(mode, path);
                }
            }
        }
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Case("errors", "\"mode\": \"tcp\",\n\"errors\": { \"format\": \"json\" }", $"x.json:2:1: listeners.web.errors: {InTcp}");
        yield return Case("a_section_that_says_nothing", "\"mode\": \"tcp\",\n\"forwardedHeaders\": {}", $"x.json:2:1: listeners.web.forwardedHeaders: {InTcp}");
        yield return Case("a_key_before_the_mode", "\"timeouts\": { \"halfClosed\": \"5s\",\n  \"tunnel\": \"5s\" }, \"mode\": \"tcp\"", $"x.json:2:3: listeners.web.timeouts.tunnel: {InTcp}");
        yield return Case("a_key_of_tcp_where_no_mode_is_written", "\n\"timeouts\": { \"idle\": \"5s\" }", $"x.json:2:15: listeners.web.timeouts.idle: {InHttp}");
        yield return Case("a_value_out_of_range", "\"mode\": \"tcp\",\n\"limits\": { \"headers\": 0 }", $"x.json:2:1: listeners.web.limits: {InTcp}");
        yield return Case("a_mode_that_is_none", "\"mode\": \"tpc\", \"timeouts\": { \"idle\": \"5s\" }", "listeners.web.mode: 'tpc' cannot be its value");

        static TestCaseData Case(string name, string keys, string message) => new TestCaseData(keys, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Keys))]
    public void A_key_is_refused_where_the_documentation_has_it_for_the_other_mode_and_nowhere_else(string mode, string key, bool isForOther)
    {
        var errors = Check($"\"mode\": \"{mode}\", {key}");
        Assert.That(errors, isForOther ? Has.Length.EqualTo(1).And.One.Contains(mode == "tcp" ? InTcp : InHttp) : Is.Empty);
    }

    [Test]
    public void There_are_keys_of_each_mode_and_of_both() => Assert.That(
        Keys().GroupBy(static key => ((string)key.Arguments[0]!, (bool)key.Arguments[2]!)).Count(), Is.EqualTo(4));

    [TestCaseSource(nameof(Mistakes))]
    public void Of_a_key_of_another_mode_it_is_said_where_it_is_and_what_to_do(string keys, string message)
    {
        var errors = Check(keys);
        Assert.That(errors, Has.Length.EqualTo(1).And.One.Contains(message), string.Join('\n', errors));
    }

    [Test]
    public void What_is_in_force_in_mode_tcp_has_no_keys_of_http_and_reads_back_as_the_same()
    {
        var text = ConfigurationFile.Format(InCode(ListenerMode.Tcp));
        var again = Read(text);
        Assert.That(LoadBalancer.Check(again), Is.Empty);
        Assert.That(ConfigurationFile.Format(again), Is.EqualTo(text));
        Assert.That(text, Does.Contain("\"idle\": \"10m\"").And.Not.Contain("forwardedHeaders").And.Not.Contain("tunnel"));
    }

    [TestCase("limits.requests=5", "limits")]
    [TestCase("timeouts.head=5s", "timeouts.head")]
    [TestCase("underscores=drop", "underscores")]
    public void A_setting_of_another_mode_over_options_in_code_is_an_error(string setting, string path) => Assert.That(
        Override(ListenerMode.Tcp, $"listeners.web.{setting}"), Is.EqualTo(new[] { $"--set listeners.web.{setting}: listeners.web.{path}: {InTcp}" }));

    [TestCase(ListenerMode.Tcp, "timeouts.idle=5s")]
    [TestCase(ListenerMode.Tcp, "mode=http")]
    [TestCase(ListenerMode.Http, "mode=tcp", Description = "nobody wrote the other keys, which code has anyway")]
    [TestCase(ListenerMode.Http, "limits.requests=5")]
    public void A_setting_that_fits_is_none(ListenerMode mode, string setting) => Assert.That(Override(mode, $"listeners.web.{setting}"), Is.Empty);

    [Test]
    public void The_mode_of_a_later_provider_counts_for_the_keys_of_an_earlier_one()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
            [
                new("LbCore:listeners:web:address", "127.0.0.1:80"), new("LbCore:listeners:web:cluster", "app"),
                new("LbCore:Listeners:Web:Errors:Format", "json"), new("LbCore:clusters:app:backends:a", "127.0.0.1:9001"),
            ])
            .AddInMemoryCollection([new("LbCore:listeners:web:mode", "tcp")])
            .Build();
        Assert.That(
            LoadBalancer.Check(ConfigurationSectionReader.Read(configuration.GetSection("LbCore"))).Select(static error => error.ToString()),
            Is.EqualTo(new[] { $"LbCore:listeners:web:Errors: listeners.web.errors: {InTcp}" }).IgnoreCase);
    }

    private static IEnumerable<(string Key, JsonNode Value)> Effective(ListenerMode mode) =>
        JsonNode.Parse(ConfigurationFile.Format(InCode(mode)))!["listeners"]!["web"]!.AsObject().Select(static pair => (pair.Key, pair.Value!));

    private static string[] Override(ListenerMode mode, string setting) => [.. LoadBalancer.Check(
        ConfigurationFile.Override(InCode(mode), [setting], new Dictionary<string, string>())).Select(static error => error.ToString())];

    private static LbCoreOptions InCode(ListenerMode mode) => new()
    {
        Listeners = { ["web"] = new ListenerOptions { Address = "127.0.0.1:80", Mode = mode, Cluster = "app" } },
        Clusters = { ["app"] = new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = "127.0.0.1:9001" } } } },
    };

    private static string[] Check(string keys) => [.. LoadBalancer.Check(Read(
        $"{{ \"listeners\": {{ \"web\": {{ \"address\": \"127.0.0.1:80\", \"cluster\": \"app\", {keys} }} }}, "
        + "\"clusters\": { \"app\": { \"backends\": { \"a\": \"127.0.0.1:9001\" } } } }")).Select(static error => error.ToString())];

    private static LbCoreOptions Read(string text) =>
        ConfigurationFile.Read(Encoding.UTF8.GetBytes(text), "x.json", [], new Dictionary<string, string>(), new ConfigurationErrors());
}
