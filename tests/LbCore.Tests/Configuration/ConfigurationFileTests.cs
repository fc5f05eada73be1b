using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LbCore.Configuration;
using LbCore.Configuration.Reading;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>What a configuration file says, and what is said of its mistakes.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationFileTests
{
    private const string Whole = """
        {
          // A comment, and trailing commas.
          "listeners": {
            "web": {
              "address": "127.0.0.1:${PORT:-8080}",
              "cluster": "app",
              "routes": [ { "hosts": ["*.example.com", "a.test"], "pathPrefix": "/api", "cluster": "api" } ],
              "timeouts": { "head": "5s", "keepAlive": "2m" },
              "limits": { "headBytes": "64KiB", "headers": 50 },
            },
          },
          "clusters": {
            "app": { "backends": { "a": "127.0.0.1:9001", "b": { "address": "127.0.0.1:9002", "weight": 2, "maxConnections": 500 } } },
            "api": { "backends": { "a": "127.0.0.1:9003" }, "retries": { "max": 1 }, "timeouts": { "response": "1m" } },
          },
          "loops": 2,
          "shutdownTimeout": "10s",
          "$schema": "./lbcore.schema.json",
          "accessLog": { "path": "logs/access.log", "format": "json", "bufferBytes": "2MiB" },
        }
        """;

    private static IEnumerable<TestCaseData> Mistakes()
    {
        const string Web = "\"listeners\": { \"web\": { \"address\": \"127.0.0.1:80\", \"cluster\": \"app\" } }";
        const string App = "\"clusters\": { \"app\": { \"backends\": { \"a\": \"127.0.0.1:9001\" } } }";
        yield return Case("no_JSON", "{ \"listeners\": ", "x.json:1:16: it is no JSON here");
        yield return Case("half_a_character", $"{{ {Web},\n\"clusters\": {{ \"app\": {{ \"backends\": {{ \"a\": \"\\ud800\" }} }} }} }}", "x.json:2:43: clusters.app.backends.a: it has bytes that are no UTF-8");
        yield return Case("no_object", "[]", "x.json:1:1: a list is no object; write { \"listeners\": …, \"clusters\": … }");
        yield return Case("an_unknown_key", $"{{ {Web}, {App}, \"lops\": 2 }}", "lops: there is no key 'lops' here; did you mean loops?");
        yield return Case("a_key_twice", $"{{ {Web}, {App}, \"loops\": 2,\n  \"loops\": 3 }}", "x.json:2:3: loops: it is written twice; keep one of them");
        yield return Case("a_schema_that_is_a_list", $"{{ {Web}, {App}, \"$schema\": [] }}", "$schema: a list cannot be its value; write a path or an address");
        yield return Case("a_key_to_come", $"{{ {Web}, {App}, \"admin\": {{}} }}", "admin: 'admin' is not supported yet; leave it out");
        yield return Case("a_number_as_a_text", $"{{ {Web}, {App}, \"loops\": \"2\" }}", "loops: '2' cannot be read; write a whole number, 1 to 256");
        yield return Case("a_number_out_of_range", $"{{ {Web}, {App},\n\"loops\": 300 }}", "x.json:2:10: loops: 300 is out of range; use 1 to 256");
        yield return Case("a_duration_without_a_unit", $"{{ {Web}, {App}, \"shutdownTimeout\": 30 }}", "shutdownTimeout: '30' has no unit; write \"30s\" for seconds");
        yield return Case("a_duration_with_a_bad_unit", $"{{ {Web}, {App}, \"shutdownTimeout\": \"30x\" }}", "shutdownTimeout: '30x' is not a duration");
        yield return Case("a_word_that_is_none", $"{{ {Web}, {App}, \"engine\": \"epol\" }}", "engine: 'epol' cannot be its value; write auto or epoll or managed (did you mean epoll?)");
        yield return Case("a_null", $"{{ {Web}, {App}, \"engine\": null }}", "engine: null cannot be its value");
        yield return Case("no_listener", $"{{ {App} }}", "listeners: there is none; add one with an address and a cluster");
        yield return Case("a_listener_that_is_a_text", $"{{ \"listeners\": {{ \"web\": \"127.0.0.1:80\" }}, {App} }}", "listeners.web: '127.0.0.1:80' is no object; write { \"address\": … }");
        yield return Case("listeners_in_a_list", $"{{ \"listeners\": [], {App} }}", "listeners: a list is no object; write { \"listener\": … } with a name of your choice");
        yield return Case("an_address_that_is_none", $"{{ \"listeners\": {{ \"web\": {{ \"address\": \"80\", \"cluster\": \"app\" }} }}, {App} }}", "listeners.web.address: '80'");
        yield return Case("a_cluster_that_is_not_there", $"{{ \"listeners\": {{ \"web\": {{ \"address\": \"*:80\", \"cluster\": \"ap\" }} }}, {App} }}", "listeners.web.cluster: there is no cluster 'ap'; use app, or add it to clusters (did you mean app?)");
        yield return Case("a_size_without_a_unit", $"{{ \"listeners\": {{ \"web\": {{ \"address\": \"*:80\", \"cluster\": \"app\", \"limits\": {{ \"headBytes\": \"64\" }} }} }}, {App} }}", "listeners.web.limits.headBytes: '64' has no unit; write 64B for bytes");
        yield return Case("a_route_without_a_cluster", Routes("{ \"pathPrefix\": \"/a\" }", App), "listeners.web.routes[0].cluster: it is missing");
        yield return Case("a_route_with_a_port", Routes("{ \"hosts\": [\"a.test:80\"], \"cluster\": \"app\" }", App), "listeners.web.routes[0].hosts: 'a.test:80' is no host");
        yield return Case("a_route_with_a_query", Routes("{ \"pathPrefix\": \"/a?b\", \"cluster\": \"app\" }", App), "listeners.web.routes[0].pathPrefix: '/a?b' is no path");
        yield return Case("a_route_that_is_a_text", Routes("\"/a\"", App), "listeners.web.routes[0]: '/a' is no object");
        yield return Case("a_key_of_a_route", Routes("{ \"paht\": \"/a\", \"cluster\": \"app\" }", App), "listeners.web.routes[0].paht: there is no key 'paht' here; did you mean path?");
        yield return Case("hosts_that_are_a_text", Routes("{ \"hosts\": \"a.test\", \"cluster\": \"app\" }", App), "listeners.web.routes[0].hosts: 'a.test' is no list of texts; write [ \"*.example.com\" ]");
        yield return Case("a_backend_in_a_list", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"backends\": [\"127.0.0.1:1\"] }} }} }}", "clusters.app.backends: a list is no object");
        yield return Case("a_weight", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"backends\": {{ \"a\": {{ \"address\": \"127.0.0.1:1\", \"weight\": 300 }} }} }} }} }}", "clusters.app.backends.a.weight: 300 is out of range; use 0 to 256");
        yield return Case("a_strategy", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"strategy\": \"round-robbin\", \"backends\": {{ \"a\": \"127.0.0.1:1\" }} }} }} }}", "(did you mean round-robin?)");
        yield return Case("a_strategy_that_is_an_object", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"strategy\": {{}}, \"backends\": {{ \"a\": \"127.0.0.1:1\" }} }} }} }}", "clusters.app.strategy: an empty object is no strategy; write its name, or { \"type\": … } with its parameters");
        yield return Case("stickiness", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"stickiness\": {{}}, \"backends\": {{ \"a\": \"127.0.0.1:1\" }} }} }} }}", "clusters.app.stickiness: 'stickiness' is not supported yet; leave it out");
        yield return Case("a_variable_that_is_not_set", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"backends\": {{ \"a\": \"${{HOST}}:1\" }} }} }} }}", "clusters.app.backends.a: the variable HOST is not set; set it, or give a default: ${HOST:-value}");
        yield return Case("a_variable_without_an_end", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"backends\": {{ \"a\": \"${{HOST\" }} }} }} }}", "clusters.app.backends.a: '${' has no '}'");
        yield return Case("an_access_log_with_an_empty_path", $"{{ {Web}, {App}, \"accessLog\": {{ \"path\": \"\" }} }}", "accessLog.path: '' is no path; write that of a file");
        yield return Case("an_access_log_that_is_a_text", $"{{ {Web}, {App}, \"accessLog\": \"access.log\" }}", "accessLog: 'access.log' is no object; write { \"path\": … }");
        yield return Case("a_format_of_the_access_log", $"{{ {Web}, {App}, \"accessLog\": {{ \"path\": \"-\", \"format\": \"jason\" }} }}", "accessLog.format: 'jason' cannot be its value; write combined or json (did you mean json?)");
        yield return Case("a_buffer_of_the_access_log", $"{{ {Web}, {App}, \"accessLog\": {{ \"path\": \"-\", \"bufferBytes\": \"1KiB\" }} }}", "accessLog.bufferBytes: 1KiB is out of range; use 64KiB to 256MiB");
        yield return Case("a_key_of_the_access_log", $"{{ {Web}, {App}, \"accessLog\": {{ \"file\": \"-\" }} }}", "accessLog.file: there is no key 'file' here");
        yield return Case("a_backend_that_leads_back", $"{{ {Web}, \"clusters\": {{ \"app\": {{ \"backends\": {{ \"a\": \"127.0.0.1:80\" }} }} }} }}", "clusters.app.backends.a.address: '127.0.0.1:80' leads to listener 'web'");

        static string Routes(string route, string clusters) =>
            $"{{ \"listeners\": {{ \"web\": {{ \"address\": \"127.0.0.1:80\", \"routes\": [ {route} ] }} }}, {clusters} }}";

        static TestCaseData Case(string name, string text, string message) => new TestCaseData(text, message).SetName($"Of_{name}_it_is_said_where_it_is_and_what_to_write");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Of_a_mistake(string text, string message)
    {
        var errors = Check(text);
        Assert.That(errors, Has.Length.EqualTo(1).And.One.Contains(message), string.Join('\n', errors));
        Assert.That(errors[0], Does.StartWith("x.json:"));
    }

    [Test]
    public void Everything_is_read()
    {
        var options = Read(Whole);
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        var web = options.Listeners["web"];
        var app = options.Clusters["app"];
        Assert.That((web.Address, web.Cluster, web.Timeouts.Head, web.Timeouts.KeepAlive), Is.EqualTo(("127.0.0.1:8080", "app", TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2))));
        Assert.That((web.Limits.HeadBytes, web.Limits.Headers, options.Loops, options.ShutdownTimeout), Is.EqualTo((64 * 1024, 50, (int?)2, TimeSpan.FromSeconds(10))));
        Assert.That((options.AccessLog.Path, options.AccessLog.Format, options.AccessLog.BufferBytes), Is.EqualTo(("logs/access.log", AccessLogFormat.Json, 2 * 1024 * 1024)));
        Assert.That(web.Routes.Single().Hosts, Is.EqualTo(new[] { "*.example.com", "a.test" }));
        Assert.That((web.Routes[0].PathPrefix, web.Routes[0].Cluster), Is.EqualTo(("/api", "api")));
        Assert.That((app.Backends["a"].Address, app.Backends["b"].Weight, app.Backends["b"].MaxConnections), Is.EqualTo(("127.0.0.1:9001", 2, (int?)500)));
        Assert.That((options.Clusters["api"].Retries.Max, options.Clusters["api"].Timeouts.Response), Is.EqualTo((1, TimeSpan.FromMinutes(1))));
    }

    [Test]
    public void Every_mistake_is_named_at_once()
    {
        var errors = Check("{ \"listeners\": { \"web\": { \"adress\": \"*:80\" } }, \"clusters\": { \"app\": { \"backends\": {}, \"x\": 1 } }, \"loops\": 0 }");
        Assert.That(errors, Has.Length.EqualTo(6), string.Join('\n', errors));
    }

    [Test]
    public void What_is_in_force_reads_back_as_the_same()
    {
        var text = ConfigurationFile.Format(Read(Whole));
        var again = Read(text);
        Assert.That(LoadBalancer.Check(again), Is.Empty);
        Assert.That(ConfigurationFile.Format(again), Is.EqualTo(text));
    }

    [Test]
    public void Settings_lie_over_the_environment_and_that_over_the_file()
    {
        var options = Read(
            Whole,
            ["clusters.app.backends.b.weight=5", "clusters.app.backends.a.weight=7", "clusters.app.retries={ \"max\": 2 }"],
            new Dictionary<string, string>
            {
                ["PORT"] = "81",
                ["LBCORE__clusters__app__backends__b__weight"] = "4",
                ["LBCORE__clusters__app__timeouts__connect"] = "3s",
            });
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        var app = options.Clusters["app"];
        Assert.That((app.Backends["b"].Weight, app.Backends["a"].Weight, app.Backends["a"].Address), Is.EqualTo((5, 7, "127.0.0.1:9001")));
        Assert.That((app.Timeouts.Connect, app.Retries.Max, options.Listeners["web"].Address), Is.EqualTo((TimeSpan.FromSeconds(3), 2, "127.0.0.1:81")));
    }

    [Test]
    public void A_bound_is_taken_away_again_by_none()
    {
        const string Backend = "clusters.app.backends.b.maxConnections";
        const string Body = "listeners.web.limits.bodyBytes";
        var bounded = Read(Whole, [$"{Body}=1KiB", $"{Backend}=5"]);
        Assert.That((bounded.Listeners["web"].Limits.BodyBytes, bounded.Clusters["app"].Backends["b"].MaxConnections), Is.EqualTo(((long?)1024, (int?)5)));

        var options = Read(Whole, [$"{Body}=1KiB", $"{Backend}=5", $"{Body}=none", $"{Backend}=none"]);
        Assert.That(LoadBalancer.Check(options), Is.Empty);
        Assert.That((options.Listeners["web"].Limits.BodyBytes, options.Clusters["app"].Backends["b"].MaxConnections), Is.EqualTo(((long?)null, (int?)null)));
    }

    [TestCase("listeners.web.limits.bodyBytes=non", "'non' is not a size; write a whole number and its unit, such as 512B, 32KiB or 1MiB, less than 1073741824GiB, or \"none\" for no bound")]
    [TestCase("clusters.app.backends.a.maxConnections=no", "'no' cannot be read; write a whole number, 1 or more, or \"none\"")]
    [TestCase("clusters.app.backends.a.weight=none", "'none' cannot be read; write a whole number, 0 to 256")]
    [TestCase("listeners.web.limits.headBytes=none", "'none' is not a size")]
    [TestCase("clusters.app.x=1", "--set clusters.app.x=1: clusters.app.x: there is no key 'x' here")]
    [TestCase("loops=many", "--set loops=many: loops: 'many' cannot be read; write a whole number, 1 to 256")]
    [TestCase("loops", "--set loops: it is no path=value")]
    [TestCase("clusters..x=1", "--set clusters..x=1: it is no path=value")]
    [TestCase("loops=[", "it is no JSON here")]
    public void A_bad_setting_is_named(string setting, string message) => Assert.That(
        LoadBalancer.Check(Read(Whole, [setting])).Select(static error => error.ToString()), Has.One.Contains(message));

    [Test]
    public void A_name_with_dots_is_set_in_quotes()
    {
        var options = Read("{ \"clusters\": { \"my.app\": { \"backends\": { \"a\": \"127.0.0.1:1\" } } } }", ["clusters.\"my.app\".retries.max=0"]);
        Assert.That(options.Clusters["my.app"].Retries.Max, Is.Zero);
    }

    [Test]
    public void A_file_that_is_not_there_is_named() => Assert.That(
        LoadBalancer.Check(ConfigurationFile.Read("/nowhere/lbcore.json")).Single().ToString(), Is.EqualTo("/nowhere/lbcore.json: there is no such file"));

    [Test]
    public void What_looks_like_a_variable_and_is_none_stays_none()
    {
        var options = Read(Whole.Replace("127.0.0.1:9003", "unix:/tmp/$${X}", StringComparison.Ordinal));
        Assert.That(options.Clusters["api"].Backends["a"].Address, Is.EqualTo("unix:/tmp/${X}"));
        Assert.That(Read(ConfigurationFile.Format(options)).Clusters["api"].Backends["a"].Address, Is.EqualTo("unix:/tmp/${X}"));
    }

    [Test]
    public void Settings_lie_over_options_made_in_code_and_leave_them_as_they_are()
    {
        var options = InCode();
        var variables = new Dictionary<string, string> { ["LBCORE__clusters__app__retries__max"] = "4", ["X"] = "no" };

        var result = ConfigurationFile.Override(options, ["clusters.app.backends.a.weight=7"], variables);

        Assert.That(LoadBalancer.Check(result), Is.Empty);
        var app = result.Clusters["app"];
        Assert.That((app.Retries.Max, app.Backends["a"].Weight, app.Backends["a"].Address), Is.EqualTo((4, 7, "unix:/tmp/${X}")));
        Assert.That((options.Clusters["app"].Retries.Max, options.Clusters["app"].Backends["a"].Weight), Is.EqualTo((new RetryOptions().Max, 1)));
    }

    [Test]
    public void With_nothing_to_lay_over_them_options_stay_the_same()
    {
        var options = InCode();
        Assert.That(ConfigurationFile.Override(options, [], new Dictionary<string, string>()), Is.SameAs(options));
    }

    [Test]
    public void A_mistake_in_code_has_no_place_beside_one_in_a_setting_that_has()
    {
        var options = InCode();
        options.Listeners["web"].Address = "nowhere";

        var errors = LoadBalancer.Check(ConfigurationFile.Override(options, ["loops=0"], new Dictionary<string, string>()));

        Assert.That(errors.Select(static error => (error.Path, error.Place)), Is.EquivalentTo(new[] { ("listeners.web.address", null), ("loops", "--set loops=0") }));
    }

    [Test]
    public void A_word_and_a_duration_that_cannot_be_are_errors_beside_settings_too()
    {
        var options = InCode();
        options.Listeners["web"].Mode = (ListenerMode)7;
        options.ShutdownTimeout = TimeSpan.FromSeconds(-5);

        var errors = LoadBalancer.Check(ConfigurationFile.Override(options, ["loops=1"], new Dictionary<string, string>()));

        Assert.That(errors.Select(static error => error.ToString()), Is.EqualTo(new[]
        {
            "listeners.web.mode: '7' cannot be its value; write http or tcp",
            "shutdownTimeout: '-5s' is not a duration; write a whole number of 0 or more and its unit, such as 500ms, 5s or 2m",
        }));
    }

    [Test]
    public void Options_that_were_read_are_not_overridden_a_second_time() =>
        Assert.That(() => ConfigurationFile.Override(Read(Whole), "loops=1"), Throws.ArgumentException.With.Message.Contains("Give the settings to Read"));

    [Test]
    public void Bytes_that_are_no_text_are_said_with_their_place()
    {
        byte[] text = [.. "{ \"listeners\": {},\n  \"x"u8, 0xFF, .. "\": 1 }"u8];
        var options = ConfigurationFile.Read(text, "x.json", [], new Dictionary<string, string>(), new ConfigurationErrors());
        Assert.That(
            LoadBalancer.Check(options).Select(static error => error.ToString()),
            Has.One.StartsWith("x.json:2:3: it has bytes that are no UTF-8, or half a surrogate pair; save the file as UTF-8"));
    }

    [Test]
    public void An_error_is_one_line_that_commands_no_terminal_and_has_an_end()
    {
        var errors = Check($"{{ \"a\\u001b]0;x\\u0007\\nb\": 1, \"{new string('k', 100_000)}\": 1 }}");
        Assert.That(errors, Has.Some.Contains("'a\\u001b]0;x\\u0007\\u000ab'"));
        Assert.That(errors, Has.All.Length.LessThanOrEqualTo(1001));
    }

    [TestCase("", "'': this cannot be the name of a file")]
    [TestCase("/tmp", "/tmp: it is a folder; write the name of a file")]
    [TestCase("/dev/zero", "/dev/zero: it is larger than 16MiB, which no configuration is")]
    [Platform(Include = "Linux")]
    public void What_is_no_file_is_said(string path, string message) => Assert.That(
        LoadBalancer.Check(ConfigurationFile.Read(path)).Single().ToString(), Is.EqualTo(message));

    [TestCase("a${B}c", "abc")]
    [TestCase("${B}${B}", "bb")]
    [TestCase("${X:-d}", "d")]
    [TestCase("${X:-}", "")]
    [TestCase("${B:-d}", "b")]
    [TestCase("$${B}", "${B}")]
    [TestCase("$B}", "$B}")]
    public void Variables_are_replaced(string text, string expected) => Assert.That(
        VariableText.Expand(text, static name => name == "B" ? "b" : null, out _), Is.EqualTo(expected));

    private static LbCoreOptions InCode() => new()
    {
        Listeners = { ["web"] = new ListenerOptions { Address = "127.0.0.1:8080", Cluster = "app" } },
        Clusters = { ["app"] = new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = "unix:/tmp/${X}" } } } },
    };

    private static string[] Check(string text) => [.. LoadBalancer.Check(Read(text)).Select(static error => error.ToString())];

    private static LbCoreOptions Read(string text, string[]? settings = null, Dictionary<string, string>? variables = null) =>
        ConfigurationFile.Read(Encoding.UTF8.GetBytes(text), "x.json", settings ?? [], variables ?? [], new ConfigurationErrors());
}
