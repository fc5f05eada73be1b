using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

/// <summary>What is wrong, where, and what to write instead: on standard error, with an exit code that scripts can tell apart.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class WrongCommandLineTests
{
    private const int BadConfiguration = 1;
    private const int BadUsage = 2;
    private const int CouldNotStart = 3;

    // These stand for what is different on every run.
    private const string Taken = "{taken}";
    private const string Folder = "{folder}";

    private readonly TempFolder _folder = new();
    private readonly Socket _holder = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static IEnumerable<TestCaseData> Rows =>
    [
        // No command, or another one.
        Row("", BadUsage, "there is no command; write, for example, lbcore proxy --listen"),
        Row("prxy", BadUsage, "'prxy' is not a command", "run, check, explain, proxy, demo, init, schema, completion or version", "did you mean proxy?"),
        Row("--mode tcp", BadUsage, "no command before '--mode'", "write lbcore proxy --mode"),
        Row("--lops", BadUsage, "no command before '--lops'"),
        Row("version now", BadUsage, "'now'", "takes nothing"),

        // Options that are missing, unknown, without a value, or given twice.
        Row("proxy", BadUsage, "--listen is required; write", "--backend is required; write", "Try 'lbcore proxy --help'"),
        Row("proxy --mode tcp --backend 127.0.0.1:9", BadUsage, "--listen is required; write where to listen, such as --listen 127.0.0.1:8080"),
        Row("proxy --mode tcp --listen 127.0.0.1:0", BadUsage, "--backend is required; write where to send connections"),
        Row("proxy --mode tcp --listen 127.0.0.1:0 --backend", BadUsage, "--backend: the value is missing; write --backend <address>"),
        Proxy("--backend", BadUsage, "--backend: the value is missing"),
        Proxy("--loops", BadUsage, "--loops: the value is missing; write --loops <number>"),
        Proxy("--loops=", BadUsage, "--loops: the value is missing"),
        Proxy("--loops --engine epoll", BadUsage, "--loops: the value is missing"),
        Proxy("--lops 2", BadUsage, "'--lops' is not an option of lbcore proxy", "did you mean --loops?"),
        Proxy("--engine epoll --lops=2", BadUsage, "'--lops' is not an option of lbcore proxy", "did you mean --loops?"),
        Proxy("--weight --frobnicate", BadUsage, "'--frobnicate' is not an option of lbcore proxy"),
        Proxy("-l 2", BadUsage, "'-l' is not an option"),
        Proxy("--loops 1 2", BadUsage, "'2' belongs to no option", "--loops takes one value"),
        Proxy("-- more", BadUsage, "'more' belongs to no option"),
        Proxy("--loops 1 --loops 2", BadUsage, "--loops: it is given 2 times; give it once"),
        Proxy("--mode tcp", BadUsage, "--mode: it is given 2 times; give it once"),

        // Words.
        Row("proxy --listen 127.0.0.1:0 --backend 127.0.0.1:9 --idle-timeout 5s", BadUsage, "--idle-timeout goes with --mode tcp; leave it out, or add --mode tcp"),
        Row("proxy --mode http --idle-timeout 5s --listen 127.0.0.1:0 --backend 127.0.0.1:9", BadUsage, "--idle-timeout goes with --mode tcp"),
        Row("proxy --mode tcpp --listen 127.0.0.1:0 --backend 127.0.0.1:9", BadUsage, "'tcpp' is no mode; write http or tcp", "did you mean tcp?"),
        Proxy("--engine steam", BadUsage, "'steam' is no engine; write auto, epoll or managed"),
        Proxy("--log-level 99", BadUsage, "'99' is no level; write trace, debug, information"),
        Proxy("--log-level loud", BadUsage, "'loud' is no level; write trace, debug, information"),
        Proxy("--strategy rond-robin", BadConfiguration, "strategy (--strategy)", "use round-robin or weighted-round-robin", "did you mean round-robin?"),

        // The access log.
        Proxy("--access-log", BadUsage, "--access-log: the value is missing; write --access-log <path|->"),
        Proxy("--access-log a --access-log b", BadUsage, "--access-log: it is given 2 times; give it once"),
        Proxy("--access-log - --access-log-format jason", BadUsage, "'jason' is no format; write combined or json", "did you mean json?"),
        Proxy("--access-log-format json", BadUsage, "--access-log-format goes with --access-log; leave it out, or add --access-log access.log"),
        Proxy($"--access-log {Folder}/none/access.log", BadConfiguration, "accessLog.path (--access-log): '", "cannot be opened: No such file or directory; write a file in a folder that is there"),
        Proxy($"--access-log {Folder}", BadConfiguration, "accessLog.path (--access-log): '", "cannot be opened: Is a directory"),

        // Numbers and durations.
        Proxy("--loops x", BadUsage, "--loops: 'x' cannot be read; write a whole number, 1 to 256"),
        Proxy("--loops 99999999999", BadUsage, "--loops: '99999999999' cannot be read; write a whole number, 1 to 256"),
        Proxy("--loops 0", BadConfiguration, "(--loops): 0 is out of range; use 1 to 256"),
        Proxy("--loops 257", BadConfiguration, "(--loops): 257 is out of range; use 1 to 256"),
        Proxy("--weight x", BadUsage, "--weight: 'x' cannot be read; write a whole number, 0 to 256"),
        Proxy("--weight 257", BadConfiguration, "(--weight): 257 is out of range; use 0 to 256"),
        Proxy("--weight -1", BadConfiguration, "(--weight): -1 is out of range; use 0 to 256"),
        Proxy("--weight 1 2", BadUsage, "--weight has 2 values and --backend 1; give a weight for each backend"),
        Proxy("--max-connections 0", BadConfiguration, "(--max-connections): 0 is out of range; use 1 to 1000000"),
        Proxy("--max-connections many", BadUsage, "--max-connections: 'many' cannot be read; write a whole number, 1 to 1000000"),
        Proxy("--shutdown-timeout 5", BadUsage, "--shutdown-timeout: '5' has no unit; write 5s"),
        Proxy("--shutdown-timeout=-1s", BadUsage, "--shutdown-timeout: '-1s' is not a duration; write", "5s"),
        Proxy("--shutdown-timeout 2d", BadConfiguration, "(--shutdown-timeout): 2d is out of range; use 0s to 1d"),
        Proxy("--idle-timeout 1ms", BadConfiguration, "(--idle-timeout): 1ms is out of range; use 100ms to 30d"),
        Proxy("--connect-timeout 1h", BadConfiguration, "(--connect-timeout): 1h is out of range; use 50ms to 5m"),

        // Values laid over them.
        Proxy("--set clusters.proxy.retries.mix=1", BadConfiguration, "--set clusters.proxy.retries.mix=1: clusters.proxy.retries.mix: there is no key 'mix' here; did you mean max?"),
        Proxy("--set loops", BadConfiguration, "--set loops: it is no path=value"),
        Proxy("--weight 300 --set loops=0", BadConfiguration, "backend1.weight (--weight): 300 is out of range", "--set loops=0: loops: 0 is out of range"),

        // The demo.
        Row("demo --duration 100ms", BadUsage, "--duration: 100ms is out of range; use 1s to 1d"),
        Row("demo --duration 15", BadUsage, "--duration: '15' has no unit; write 15s"),
        Row("demo --rate 0", BadUsage, "--rate: 0 is out of range; use 1 to 10000"),
        Row("demo --rate many", BadUsage, "--rate: 'many' cannot be read; write a whole number, 1 to 10000"),
        Row("demo --rate 5 --no-load", BadUsage, "--rate and --no-load do not go together; leave one out"),
        Row("demo --json --plain", BadUsage, "--json and --plain do not go together; leave one out"),
        Row("demo --jsn", BadUsage, "'--jsn' is not an option of lbcore demo", "did you mean --json?"),

        // Addresses that cannot be.
        Listen(":8080", BadConfiguration, "listen1.address (--listen): ':8080'", "write *:8080 for every address of this machine, or 127.0.0.1:8080"),
        Listen("8080", BadConfiguration, "write *:8080 for every address of this machine, or 127.0.0.1:8080"),
        Listen("localhost:8080", BadConfiguration, "a name cannot be listened on; write 127.0.0.1:8080"),
        Listen("127.0.0.1", BadConfiguration, "the port is missing; write 127.0.0.1:8080"),
        Listen("127.0.0.1:65536", BadConfiguration, "'65536' is not a port; write a number from 0 to 65535"),
        Listen("127.0.0.1:-1", BadConfiguration, "'-1' is not a port; write a number from 0 to 65535"),
        Listen("[::1", BadConfiguration, "the bracket is not closed; write [::1]:8080"),
        Listen("unix:", BadConfiguration, "the path is missing; write unix:/run/app.sock"),
        Listen("unix:/" + new string('x', 107), BadConfiguration, "the path has 108 bytes", "107 at most; write a shorter one"),
        Row("proxy --mode tcp --listen 127.0.0.1:0 --backend :8080", BadConfiguration, "backend1.address (--backend): ':8080'", "write 127.0.0.1:8080, or name:8080"),
        Row("proxy --mode tcp --listen 127.0.0.1:0 --backend app", BadConfiguration, "write app:8080"),
        Row("proxy --mode tcp --listen 127.0.0.1:0 --backend 127.0.0.1:70000", BadConfiguration, "'70000' is not a port; write a number from 1 to 65535"),
        Row("proxy --mode tcp --listen 127.0.0.1:0 --backend no-such-name.invalid:80", BadConfiguration, "'no-such-name.invalid:80' does not resolve", "write an IP address"),

        // Addresses that do not go together.
        Listen("127.0.0.1:8080 --listen 127.0.0.1:8080", BadConfiguration, "listen2.address (--listen)", "of listener 'listen1' too; give each its own"),
        Listen("127.0.0.1:8080 --listen *:8080", BadConfiguration, "'*:8080' cannot be listened on beside '127.0.0.1:8080'"),
        Row("proxy --mode tcp --listen *:8080 --backend 127.0.0.1:8080", BadConfiguration, "backend1.address (--backend): '127.0.0.1:8080' leads to listener 'listen1'", "write the address of another server"),
        Row("proxy --mode tcp --listen *:8080 --backend localhost:8080", BadConfiguration, "'localhost:8080'", "leads to listener 'listen1'"),

        // Addresses that cannot be bound.
        Listen(Taken, CouldNotStart, $"The address {Taken} is in use by another process. Stop that process or choose another address"),
        Listen("192.0.2.1:8080", CouldNotStart, "192.0.2.1:8080 does not belong to this machine. Choose one of its own"),
        Listen($"unix:{Folder}/file", CouldNotStart, $"unix:{Folder}/file could not be bound: a file that is no socket has this name", "Remove it"),
        Listen($"unix:{Folder}", CouldNotStart, "it is a folder. Name a file in it", $"unix:{Folder}/lbcore.sock"),
        Listen($"unix:{Folder}/missing/a.sock", CouldNotStart, $"the folder {Folder}/missing does not exist. Create it"),
        Listen($"unix:{Folder}/file/a.sock", CouldNotStart, $"{Folder}/file is a file and no folder"),
        Listen($"unix:{Folder}/file --engine managed", CouldNotStart, "a file that is no socket has this name"),
        Listen($"unix:{Folder}/missing/a.sock --engine managed", CouldNotStart, $"the folder {Folder}/missing does not exist"),
    ];

    [OneTimeSetUp]
    public void Prepare()
    {
        File.WriteAllText(_folder.File("file"), "mine");
        _holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _holder.Listen();
    }

    [OneTimeTearDown]
    public void CleanUp()
    {
        _holder.Dispose();
        _folder.Dispose();
    }

    [TestCaseSource(nameof(Rows))]
    public async Task It_says_what_is_wrong_and_what_to_write(string arguments, int exitCode, string[] words)
    {
        var result = await LbCoreProcess.RunAsync(FillIn(arguments).Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        Assert.That(result.Output, Is.Empty);
        foreach (var word in words.Select(FillIn))
        {
            Assert.That(result.Error, Does.Contain(word));
        }

        // Every complaint begins the same, and a stack trace is none.
        Assert.That(result.Error, Does.Contain("lbcore: ").And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_port_that_may_not_be_bound_is_exit_code_3_with_the_mend()
    {
        Tool.Require("setpriv", "util-linux");
        var (program, start) = await NetworkNamespace.RequireAsync(
            "exec setpriv --bounding-set=-net_bind_service --inh-caps=-net_bind_service \"$@\"");

        var result = await Command.RunAsync(
            program,
            [.. start, LbCoreBinary.Path, "proxy", "--mode", "tcp", "--listen", "127.0.0.1:80", "--backend", "127.0.0.1:9"],
            LbCoreBinary.Environment);

        Assert.That(result.ExitCode, Is.EqualTo(CouldNotStart), result.Error);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain("127.0.0.1:80 may not be bound by this user. Choose a port of 1024 or more"));
    }

    [TestCase("--mode TCP --log-level INFORMATION")]
    [TestCase("--mode Tcp --engine AUTO")]
    public async Task Words_are_taken_in_any_case(string arguments)
    {
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            LbCoreBinary.Path, ["proxy", "--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9", .. arguments.Split(' ')]);

        await balancer.StopAsync();
    }

    private static TestCaseData Listen(string address, int exitCode, params string[] words) =>
        Row($"proxy --mode tcp --backend 127.0.0.1:9 --listen {address}", exitCode, words);

    private static TestCaseData Proxy(string more, int exitCode, params string[] words) =>
        Row($"proxy --mode tcp --listen 127.0.0.1:0 --backend 127.0.0.1:9 {more}", exitCode, words);

    private static TestCaseData Row(string arguments, int exitCode, params string[] words) =>
        new TestCaseData(arguments, exitCode, words).SetName($"{exitCode}: lbcore {arguments}");

    private string FillIn(string text) => text
        .Replace(Taken, _holder.LocalEndPoint!.ToString(), StringComparison.Ordinal)
        .Replace(Folder, _folder.Path, StringComparison.Ordinal);
}
