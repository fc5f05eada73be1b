using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.ConfigurationFile;

/// <summary>What is wrong with a file is said all at once and with its place, before anything starts.</summary>
[TestFixture]
internal sealed class CheckTests
{
    private const int Fine = 0;
    private const int BadConfiguration = 1;
    private const int BadUsage = 2;

    // Whatever may be left out is in it.
    private const string Full =
        """
        {
          "listeners": {
            "web": {
              "address": "127.0.0.1:0",
              "cluster": "app",
              "routes": [ { "hosts": ["api.test"], "pathPrefix": "/api", "cluster": "app" } ],
              "limits": { "headBytes": "16KiB" }
            }
          },
          "clusters": {
            "app": { "backends": { "one": { "address": "127.0.0.1:${LBCORE_TESTS_UNSET:-9001}", "maxConnections": 5 } } }
          },
          "loops": 1
        }
        """;

    private const string Short =
        """
        {
          "listeners": {
            "web": { "address": "127.0.0.1:0", "cluster": "app", "routes": [ { "hosts": ["api.test"], "cluster": "app" } ] }
          },
          "clusters": { "app": { "backends": { "one": "127.0.0.1:9001" } } }
        }
        """;

    private const string Bad =
        """
        {
          "listeners": {
            "web": {
              "address": "localhost:80",
              "routes": [
                { "pathPrefix": "api", "cluster": "ap" }
              ],
              "tls": { "x": 1 }
            },
            "raw": { "address": "127.0.0.1:0", "mode": "tcpp", "clustr": "main" }
          },
          "clusters": {
            "app": {
              // The column counts characters, not bytes: é
              "strategy": "rond-robin", /* é */ "backends": { "one": { "address": "127.0.0.1:9001", "weight": 300 } },
              "timeouts": { "connect": "5" }
            }
          }
        }
        """;

    private readonly TempFolder _folder = new();

    [OneTimeTearDown]
    public void CleanUp() => _folder.Dispose();

    [TestCase("check")]
    [TestCase("-t")]
    public async Task A_file_without_mistakes_is_fine(string command)
    {
        var result = await LbCoreProcess.RunAsync(command, "-c", Write("fine.json", Full));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((Fine, "")));
        Assert.That(result.Output, Is.EqualTo("fine: 1 listener, 1 cluster\n"));
    }

    [TestCase("run")]
    [TestCase("check")]
    [TestCase("-t")]
    [TestCase("check", "--effective")]
    public async Task Every_mistake_in_a_file_is_said_with_its_place(params string[] command)
    {
        var result = await LbCoreProcess.RunAsync([.. command, "-c", Write("bad.json", Bad)]);

        Assert.That(result.ExitCode, Is.EqualTo(BadConfiguration), result.Error);
        Assert.That(result.Output, Is.Empty);
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] starts =
        [
            Start("\"localhost:80\"", "listeners.web.address"),
            Start("\"api\"", "listeners.web.routes[0].pathPrefix"),
            Start("\"ap\"", "listeners.web.routes[0].cluster"),
            Start("\"tls\"", "listeners.web.tls"),
            Start("\"tcpp\"", "listeners.raw.mode"),
            Start("\"clustr\"", "listeners.raw.clustr"),
            Start("\"rond-robin\"", "clusters.app.strategy"),
            Start("300", "clusters.app.backends.one.weight"),
            Start("\"5\"", "clusters.app.timeouts.connect"),
        ];
        foreach (var start in starts)
        {
            var count = lines.Count(line => line.StartsWith(start, StringComparison.Ordinal));
            Assert.That(count, Is.EqualTo(1), $"{start}\n{result.Error}");
        }

        Assert.That(lines, Has.All.StartsWith("lbcore: bad.json:"));
        Assert.That(result.Error, Does.Contain("did you mean app?").And.Contain("did you mean cluster?"));
        Assert.That(result.Error, Does.Contain("not supported yet"));
    }

    [TestCase("run")]
    [TestCase("check")]
    public async Task A_mistake_in_a_setting_is_said_beside_those_in_the_file(string command)
    {
        const string setting = "clusters.app.retries.mix=1";

        var result = await LbCoreProcess.RunAsync(command, "-c", Write("bad.json", Bad), "--set", setting);

        Assert.That(result.ExitCode, Is.EqualTo(BadConfiguration), result.Error);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain($"lbcore: --set {setting}: clusters.app.retries.mix: ").And.Contain("did you mean max?"));
        Assert.That(result.Error, Does.Contain(Start("\"localhost:80\"", "listeners.web.address")));
    }

    [TestCase("run")]
    [TestCase("check")]
    public async Task A_file_that_is_no_json_is_said_with_the_place_where_it_ends_to_be(string command)
    {
        var result = await LbCoreProcess.RunAsync(command, "-c", Write("broken.json", "{\n  \"listeners\": !\n}\n"));

        Assert.That(result.ExitCode, Is.EqualTo(BadConfiguration), result.Error);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.StartWith("lbcore: broken.json:2:16: it is no JSON here: "));
    }

    [TestCase("run")]
    [TestCase("check")]
    [TestCase("-t")]
    public async Task A_file_that_is_missing_is_said_with_its_name(string command)
    {
        var path = _folder.File("missing.json");

        var result = await LbCoreProcess.RunAsync(command, "-c", path);

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((BadConfiguration, "")), result.Error);
        Assert.That(result.Error, Is.EqualTo($"lbcore: {path}: there is no such file\n"));
    }

    [TestCase("run", "run")]
    [TestCase("check", "check")]
    [TestCase("-t", "check")]
    public async Task An_unknown_option_is_exit_code_2_with_the_nearest(string command, string name)
    {
        var result = await LbCoreProcess.RunAsync(command, "--confg", Write("fine.json", Full));

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((BadUsage, "")), result.Error);
        Assert.That(result.Error, Does.Contain($"'--confg' is not an option of lbcore {name} (did you mean --config?)"));
    }

    [TestCase("check")]
    [TestCase("-t")]
    public async Task What_is_in_force_is_printed_with_every_default_and_can_be_used_as_a_file(string command)
    {
        var first = await EffectiveAsync(command, Write("full.json", Full), "--set", "clusters.app.retries.max=7");
        Assert.That(first.Output, Does.Contain("\"max\": 7").And.Contain("\"127.0.0.1:9001\""));
        Assert.That(first.Output, Does.Contain("\"shutdownTimeout\": \"30s\""));

        // Nothing is lost or added on the way.
        var second = await EffectiveAsync(command, Write("effective.json", first.Output));
        Assert.That(second.Output, Is.EqualTo(first.Output));
    }

    [Test]
    public async Task What_is_in_force_can_be_used_as_a_file_although_something_is_not_set()
    {
        var first = await EffectiveAsync("check", Write("short.json", Short));
        var second = await EffectiveAsync("check", Write("effective-short.json", first.Output));

        Assert.That(second.Output, Is.EqualTo(first.Output));
    }

    [TestCase("schema")]
    [TestCase("--help")]
    [TestCase("completion bash")]
    [TestCase("init -c -")]
    public async Task A_standard_output_that_is_full_is_said_in_one_line(string arguments)
    {
        var result = await Command.RunAsync(
            "/bin/sh", ["-c", "exec \"$@\" >/dev/full", "sh", LbCoreBinary.Path, .. arguments.Split(' ')], LbCoreBinary.Environment);

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("lbcore: standard output cannot be written: ").And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_question_that_no_shell_asks_is_exit_code_2()
    {
        var result = await LbCoreProcess.RunAsync("[suggest:x]", "run");

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")), result.Error);
        Assert.That(result.Error, Does.StartWith("lbcore: '[suggest:x]' is no question of a shell"));
    }

    private static async Task<CommandResult> EffectiveAsync(string command, string path, params string[] more)
    {
        var result = await LbCoreProcess.RunAsync([command, "--effective", "-c", path, .. more]);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((Fine, "")));
        return result;
    }

    /// <summary>Returns how the line begins that complains of a value, or of a name, in the bad file.</summary>
    private static string Start(string value, string path)
    {
        var before = Bad[..Bad.IndexOf(value, StringComparison.Ordinal)];
        var line = before.Count(static c => c == '\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        return string.Create(CultureInfo.InvariantCulture, $"lbcore: bad.json:{line}:{column}: {path}: ");
    }

    // The same text each time, so that it does not matter when two tests write it.
    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }
}
