using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

/// <summary>What trimming and ahead-of-time compilation might have taken away: the commands and the reading of a configuration.</summary>
[TestFixture]
internal sealed class NativeCommandTests
{
    private const string Bad = """{ "listeners": { "web": { "adress": "*:80" } }, "clusters": { "app": { "strategy": "rnd" } }, "tls": {}, "loops": 0 }""";

    private readonly TempFolder _folder = new();
    private string _program = string.Empty;

    [OneTimeSetUp]
    public void FindProgram() => _program = NativeBinary.Require();

    [OneTimeTearDown]
    public void CleanUp() => _folder.Dispose();

    [TestCase("--help")]
    [TestCase("proxy --help")]
    [TestCase("check --help")]
    [TestCase("schema")]
    [TestCase("init -c -")]
    [TestCase("completion zsh")]
    [TestCase("[suggest:7] proxy --")]
    [TestCase("prxy")]
    [TestCase("proxy --mode udp --loops many --listn x")]
    [TestCase("check -c FILE")]
    [TestCase("run -c FILE --set clusters.app.retries=[")]
    [TestCase("check -c nowhere.json")]
    public async Task It_says_the_same_as_the_built_program(string arguments)
    {
        var path = _folder.File("bad.json");
        await File.WriteAllTextAsync(path, Bad);
        var words = arguments.Replace("FILE", path, StringComparison.Ordinal).Split(' ');

        var native = await Command.RunAsync(_program, words);
        var built = await LbCoreProcess.RunAsync(words);

        Assert.That((native.ExitCode, native.Output, native.Error), Is.EqualTo((built.ExitCode, built.Output, built.Error)));
        Assert.That(native.Output + native.Error, Is.Not.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task It_serves_a_file_and_reads_it_again(CancellationToken token)
    {
        await using var a = await KestrelServer.StartAsync(static context => context.Response.WriteAsync("a"));
        await using var b = await KestrelServer.StartAsync(static context => context.Response.WriteAsync("b"));
        var path = _folder.File("lbcore.json");
        await File.WriteAllTextAsync(path, Configuration("${LBCORE_TESTS_ADDRESS}"), token);
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            _program, ["run", "-c", path], new Dictionary<string, string> { ["LBCORE_TESTS_ADDRESS"] = a.Address });
        using var client = new HttpClient { BaseAddress = new Uri($"http://{balancer.Address}") };
        Assert.That(await client.GetStringAsync("/", token), Is.EqualTo("a"));

        await File.WriteAllTextAsync(path, Configuration(b.Address), token);
        balancer.Send(Signal.HangUp);
        await Eventually.TrueAsync(async () => await client.GetStringAsync("/", token) == "b", TimeSpan.FromSeconds(20), balancer.Transcript);

        await File.WriteAllTextAsync(path, Bad, token);
        balancer.Send(Signal.HangUp);
        await Eventually.TrueAsync(() => balancer.Error.Contains("did you mean address?", StringComparison.Ordinal), TimeSpan.FromSeconds(20), balancer.Transcript);
        Assert.That(await client.GetStringAsync("/", token), Is.EqualTo("b"));
        await balancer.StopAsync();
    }

    private static string Configuration(string backend) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {
          "listeners": { "web": { "address": "127.0.0.1:0", "routes": [ { "hosts": ["127.0.0.1"], "cluster": "app" } ] } },
          "clusters": { "app": { "backends": { "one": "{{backend}}" } } }
        }
        """);
}
