using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using LbCore.Configuration;
using LbCore.Hosting;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>What a section of an IConfiguration says, and what is said of its mistakes.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationSectionTests
{
    private const string Whole = """
        {
          "LbCore": {
            "Listeners": {
              "web": {
                "Address": "127.0.0.1:8080",
                "cluster": "App",
                "routes": [
                  { "hosts": ["*.example.com", "a.test"], "pathPrefix": "/api", "cluster": "api" },
                  { "PathPrefix": "/x", "Cluster": "App" }
                ],
                "timeouts": { "HEAD": "5s" },
                "limits": { "headBytes": "64KiB", "headers": 50 }
              }
            },
            "clusters": {
              "App": { "backends": { "a": "127.0.0.1:9001", "b": { "address": "127.0.0.1:9002", "weight": 2 } } },
              "api": { "backends": { "1": "127.0.0.1:9003", "2": "127.0.0.1:9004" }, "retries": {} }
            },
            "loops": 2,
            "shutdownTimeout": "10s"
          }
        }
        """;

    private static readonly (string Key, string Value)[] Good =
    [
        ("listeners:web:address", "127.0.0.1:80"),
        ("listeners:web:cluster", "app"),
        ("clusters:app:backends:a", "127.0.0.1:9001"),
    ];

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Case("an_unknown_key", [("lops", "2")], "LbCore:lops: lops: there is no key 'lops' here; did you mean loops? The keys are listeners, clusters, ");
        yield return Case("an_unknown_key_of_a_listener", [("listeners:web:adress", "x")], "LbCore:listeners:web:adress: listeners.web.adress: there is no key 'adress' here; did you mean address? The keys are address, mode, cluster, ");
        yield return Case("a_key_to_come", [("clusters:app:health:active", "x")], "LbCore:clusters:app:health: clusters.app.health: 'health' is not supported yet; leave it out");
        yield return Case("a_number", [("loops", "many")], "LbCore:loops: loops: 'many' cannot be read; write a whole number, 1 to 256");
        yield return Case("a_number_out_of_range", [("Loops", "300")], "LbCore:Loops: loops: 300 is out of range; use 1 to 256");
        yield return Case("a_duration_without_a_unit", [("shutdownTimeout", "30")], "LbCore:shutdownTimeout: shutdownTimeout: '30' has no unit; write 30s for seconds, or another unit, such as 500ms or 2m");
        yield return Case("a_size_without_a_unit", [("listeners:web:limits:headBytes", "64")], "LbCore:listeners:web:limits:headBytes: listeners.web.limits.headBytes: '64' has no unit; write 64B for bytes, or another unit, such as 32KiB");
        yield return Case("a_word", [("engine", "epol")], "LbCore:engine: engine: 'epol' cannot be its value; write auto or epoll or managed (did you mean epoll?)");
        yield return Case("a_strategy", [("clusters:app:strategy", "round-robbin")], "LbCore:clusters:app:strategy: clusters.app.strategy: 'round-robbin' is no strategy; use round-robin or weighted-round-robin or random or power-of-two or least-connections or least-time or ip-hash or consistent-hash or rendezvous or maglev (did you mean round-robin?)");
        yield return Case("a_strategy_that_is_an_object", [("clusters:app:strategy:type:name", "random")], "LbCore:clusters:app:strategy:type: clusters.app.strategy.type: an object (name) is no name; write one such as \"round-robin\"");
        yield return Case("a_cluster", [("listeners:web:cluster", "ap")], "LbCore:listeners:web:cluster: listeners.web.cluster: there is no cluster 'ap'; use app, or add it to clusters (did you mean app?)");
        yield return Case("a_listener_that_is_a_text_beside_its_keys", [("listeners:web", "127.0.0.1:80")], "LbCore:listeners:web: listeners.web: '127.0.0.1:80' is no object; write { \"address\": … }");
        yield return Case("clusters_that_are_a_text", [("listeners", "x"), ("listeners:web:address", null), ("listeners:web:cluster", null)], "LbCore:listeners: listeners: 'x' is no object; write { \"listener\": … } with a name of your choice");
        yield return Case("a_route_that_is_no_list", [("listeners:web:routes:api:cluster", "app")], "LbCore:listeners:web:routes: listeners.web.routes: an object (api) is no list; write [ { … }, { … } ]");
        yield return Case("a_key_of_a_route", [("listeners:web:routes:0:paht", "/a"), ("listeners:web:routes:0:cluster", "app")], "LbCore:listeners:web:routes:0:paht: listeners.web.routes[0].paht: there is no key 'paht' here; did you mean path?");
        yield return Case("a_host_of_a_route", [("listeners:web:routes:0:hosts:0", "a.test:80"), ("listeners:web:routes:0:cluster", "app")], "LbCore:listeners:web:routes:0:hosts: listeners.web.routes[0].hosts: 'a.test:80' is no host");
        yield return Case("a_backend_that_is_a_list", [("clusters:app:backends:b:0", "127.0.0.1:9002")], "LbCore:clusters:app:backends:b: clusters.app.backends.b: a list is no object; write { \"address\": … }");
        yield return Case("a_word_in_another_case", [("listeners:web:mode", "TCP")], "LbCore:listeners:web:mode: listeners.web.mode: 'TCP' cannot be its value; write http or tcp (did you mean tcp?)");
        yield return Case("a_weight", [("clusters:app:backends:a:weight", "300")], "LbCore:clusters:app:backends:a:weight: clusters.app.backends.a.weight: 300 is out of range; use 0 to 256");

        static TestCaseData Case(string name, (string Key, string? Value)[] settings, string message) =>
            new TestCaseData(settings, message).SetName($"Of_{name}_in_a_section_it_is_said_where_it_is_and_what_to_write");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Of_a_mistake((string Key, string? Value)[] settings, string message)
    {
        var all = Good.ToDictionary(static pair => $"LbCore:{pair.Key}", static pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            all[$"LbCore:{key}"] = value;
            if (value is null)
            {
                all.Remove($"LbCore:{key}");
            }
        }

        var errors = Check(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        Assert.That(errors, Has.Length.EqualTo(1), string.Join('\n', errors));
        Assert.That(errors[0], Does.StartWith(message));
    }

    [Test]
    public void Everything_is_read_and_keys_ignore_case()
    {
        var options = ConfigurationSectionReader.Read(FromJson(Whole).GetSection("lbcore"));
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        var web = options.Listeners["web"];
        Assert.That((web.Address, web.Cluster, web.Timeouts.Head), Is.EqualTo(("127.0.0.1:8080", "App", TimeSpan.FromSeconds(5))));
        Assert.That((web.Limits.HeadBytes, web.Limits.Headers, options.Loops, options.ShutdownTimeout), Is.EqualTo((64 * 1024, 50, (int?)2, TimeSpan.FromSeconds(10))));
        Assert.That(web.Routes.Select(static route => route.PathPrefix), Is.EqualTo(new[] { "/api", "/x" }));
        Assert.That(web.Routes[0].Hosts, Is.EqualTo(new[] { "*.example.com", "a.test" }));
        var app = options.Clusters["App"];
        Assert.That((app.Backends["a"].Address, app.Backends["b"].Address, app.Backends["b"].Weight), Is.EqualTo(("127.0.0.1:9001", "127.0.0.1:9002", 2)));
        Assert.That(options.Clusters["api"].Backends.Keys, Is.EquivalentTo(new[] { "1", "2" }), "names may be numbers");
    }

    [Test]
    public void It_says_the_same_as_the_file_does()
    {
        const string Lines = "\"listeners\": { \"web\": { \"address\": \"*:80\", \"routes\": [] , \"cluster\": \"app\" } }, \"clusters\": { \"app\": { \"backends\": { \"a\": \"127.0.0.1:9001\" } } }";
        using var folder = new TemporaryFile($"{{ {Lines} }}");
        Assert.That(
            ConfigurationFile.Format(ConfigurationSectionReader.Read(FromJson($"{{ {Lines} }}"))),
            Is.EqualTo(ConfigurationFile.Format(ConfigurationFile.Read(folder.Path))));
    }

    [Test]
    public void A_later_provider_adds_keys_to_a_backend_that_was_only_its_address()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(Good.Select(static pair => new KeyValuePair<string, string?>($"LbCore:{pair.Key}", pair.Value)))
            .AddInMemoryCollection([new("LbCore:clusters:app:backends:a:weight", "7")])
            .Build();
        var options = ConfigurationSectionReader.Read(configuration.GetSection("LbCore"));
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        var backend = options.Clusters["app"].Backends["a"];
        Assert.That((backend.Address, backend.Weight), Is.EqualTo(("127.0.0.1:9001", 7)));
    }

    [TestCase(1)]
    [TestCase(40)]
    public void A_later_provider_that_writes_names_in_another_case_means_the_same_ones(int clusters)
    {
        var json = string.Join(',', Enumerable.Range(0, clusters).Select(static i => $"\"app{i}\": {{ \"backends\": {{ \"a\": \"127.0.0.1:9001\", \"b\": \"127.0.0.1:9002\" }} }}"));
        var routes = string.Join(',', Enumerable.Range(0, clusters).Select(static i => $"{{ \"pathPrefix\": \"/{i}\", \"cluster\": \"app{i}\" }}"));
        var text = $"{{ \"LbCore\": {{ \"listeners\": {{ \"web\": {{ \"address\": \"*:80\", \"cluster\": \"app0\", \"routes\": [ {routes} ] }} }}, \"clusters\": {{ {json} }} }} }}";
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text)))
            .AddInMemoryCollection(Enumerable.Range(0, clusters).Select(static i => new KeyValuePair<string, string?>($"LBCORE:CLUSTERS:APP{i}:BACKENDS:A:WEIGHT", "7")))
            .AddInMemoryCollection([new("LBCORE:LISTENERS:WEB:MAXCONNECTIONS", "5")])
            .Build();
        var options = ConfigurationSectionReader.Read(configuration.GetSection("LbCore"));
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        Assert.That(options.Listeners.Values.Single().MaxConnections, Is.EqualTo(5));
        Assert.That(options.Clusters, Has.Count.EqualTo(clusters));
        Assert.That(options.Clusters.Values.Select(static cluster => cluster.Backends.Values.Max(static backend => backend.Weight)), Has.All.EqualTo(7));
        Assert.That(options.Clusters.Values.Select(static cluster => cluster.Backends.Count), Has.All.EqualTo(2));
    }

    [Test]
    public void A_name_that_code_has_set_keeps_its_case_under_a_section()
    {
        var options = new LbCoreOptions();
        options.Listeners["web"] = new ListenerOptions { Address = "*:80", Cluster = "app" };
        options.Clusters["app"] = new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = "127.0.0.1:9001" } } };
        ConfigurationSectionReader.Apply(
            new ConfigurationBuilder().AddInMemoryCollection([new("x:Clusters:APP:Backends:A:Weight", "7"), new("x:Listeners:Web:Cluster", "App")]).Build().GetSection("x"),
            options);
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        Assert.That((options.Listeners.Keys.Single(), options.Clusters.Keys.Single(), options.Listeners["web"].Cluster), Is.EqualTo(("web", "app", "app")));
        Assert.That(options.Clusters["app"].Backends.Select(static pair => (pair.Key, pair.Value.Weight)), Is.EqualTo(new[] { ("a", 7) }));
    }

    [TestCase("null")]
    [TestCase("{}")]
    public void A_value_that_is_null_is_named_so(string nothing) => Assert.That(
        Check(FromJson("{ \"LbCore\": { \"listeners\": { \"web\": { \"address\": \"*:80\", \"cluster\": \"app\" } }, \"clusters\": { \"app\": { \"backends\": { \"a\": \"127.0.0.1:9001\" } } }, \"loops\": NOTHING } }".Replace("NOTHING", nothing, StringComparison.Ordinal))),
        Is.EqualTo(new[] { "LbCore:loops: loops: null or an empty object cannot be its value; write a whole number, 1 to 256" }));

    [Test]
    public void Every_mistake_of_a_section_is_named_at_once()
    {
        var errors = Check(FromJson("{ \"LbCore\": { \"listeners\": { \"web\": { \"adress\": \"*:80\" } }, \"clusters\": { \"app\": { \"backends\": {}, \"x\": 1 } }, \"loops\": 0 } }"));
        Assert.That(errors, Has.Length.EqualTo(6), string.Join('\n', errors));
        Assert.That(errors, Has.All.StartsWith("LbCore:"));
    }

    [Test]
    public void A_section_that_is_not_there_is_named() => Assert.That(
        Check(FromJson(Whole), "LbCroe"),
        Is.EqualTo(new[] { "LbCroe: listeners: there is nothing here; correct the name of the section, or add it with listeners and clusters" }));

    [Test]
    public void Who_gives_the_whole_configuration_is_told_to_give_a_section() => Assert.That(
        LoadBalancer.Check(ConfigurationSectionReader.Read(FromJson(Whole))).Select(static error => error.ToString()),
        Is.EqualTo(new[] { "the configuration: listeners: there are none at its top; give a section of it, such as GetSection(\"LbCore\")" }));

    [Test]
    public void A_variable_is_not_replaced()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("clusters:app:backends:a", "unix:/tmp/${X}"), new("listeners:web:address", "*:80")]).Build();
        Assert.That(ConfigurationSectionReader.Read(configuration).Clusters["app"].Backends["a"].Address, Is.EqualTo("unix:/tmp/${X}"));
    }

    private static IConfigurationRoot FromJson(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    private static string[] Check(IConfiguration configuration, string section = "LbCore") =>
        [.. LoadBalancer.Check(ConfigurationSectionReader.Read(configuration.GetSection(section))).Select(static error => error.ToString())];

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
