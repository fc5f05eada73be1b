using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.CommandLine;

/// <summary>Completion in the shells themselves.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class CompletionTests
{
    // Each asks its shell what it would offer for the text in $TYPED.
    private const string Bash =
        """
        source <(lbcore completion bash)
        COMP_LINE=$TYPED COMP_POINT=${#TYPED} COMP_WORDS=($TYPED)
        case "$TYPED" in *" ") COMP_WORDS+=("") ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _lbcore
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    // compadd, which drops what does not begin like the word, works in the line editor only.
    private const string Zsh =
        """
        compdef() { : }
        _files() { print -rl -- ${words[CURRENT]}*(N) }
        compadd() { local each; for each in ${(P)2}; do [[ $each = ${words[CURRENT]}* ]] && print -r -- $each; done }
        source <(lbcore completion zsh)
        words=("${(@s: :)TYPED}")
        CURRENT=${#words}
        _lbcore
        """;

    private const string Fish =
        """
        lbcore completion fish | source
        complete -C "$TYPED"
        """;

    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    private readonly TempFolder _folder = new();

    private static IEnumerable<TestCaseData> Lines =>
        from shell in Shells
        from line in new (string Typed, string[] Offered)[]
        {
            ("lbcore ru", ["run"]),
            ("lbcore proxy --mo", ["--mode"]),
            ("lbcore proxy --mode ", ["http", "tcp"]),
            ("lbcore proxy --listen 127.0.0.1:80 --engine e", ["epoll"]),
            ("lbcore run --log-level w", ["warning"]),
            ("lbcore completion f", ["fish"]),
        }
        select new TestCaseData(shell, line.Typed, line.Offered).SetName($"{shell}: '{line.Typed}'");

    [OneTimeTearDown]
    public void CleanUp() => _folder.Dispose();

    [TestCaseSource(nameof(Lines))]
    public async Task It_offers_what_may_follow(string shell, string typed, string[] offered) =>
        Assert.That(await OfferedAsync(shell, typed), Is.EqualTo(offered));

    [TestCaseSource(nameof(Shells))]
    public async Task It_offers_every_command(string shell)
    {
        var offered = await OfferedAsync(shell, "lbcore ");

        foreach (var command in new[] { "run", "check", "explain", "proxy", "init", "schema", "completion", "version" })
        {
            Assert.That(offered, Does.Contain(command));
        }
    }

    [TestCase("zsh")]
    [TestCase("fish")]
    public async Task Files_are_left_to_the_shell(string shell)
    {
        await File.WriteAllTextAsync(_folder.File("some-file.json"), "{}");

        Assert.That(await OfferedAsync(shell, "lbcore run -c some-f"), Is.EqualTo(new[] { "some-file.json" }));
    }

    [Test]
    public async Task Files_are_left_to_bash_by_its_own_means()
    {
        Assert.That(await OfferedAsync("bash", "lbcore run -c some-f"), Is.Empty);

        var script = await LbCoreProcess.RunAsync("completion", "bash");
        Assert.That(script.Output, Does.Contain("complete -o default -F _lbcore lbcore"));
    }

    [TestCase("completion", "the shell is missing; write lbcore completion bash, lbcore completion zsh or lbcore completion fish")]
    [TestCase("completion fisch", "'fisch' is no shell that is known here; write bash, zsh or fish (did you mean fish?)")]
    [TestCase("completion bash x", "'x' is not expected; lbcore completion bash takes nothing")]
    public async Task A_wrong_shell_is_exit_code_2(string arguments, string message)
    {
        var result = await LbCoreProcess.RunAsync(arguments.Split(' '));

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.StartWith($"lbcore: {message}\n"));
    }

    private async Task<string[]> OfferedAsync(string shell, string typed)
    {
        var program = Tool.Require(shell, shell);
        var (script, options) = shell switch
        {
            "bash" => (Bash, new[] { "--norc", "-c" }),
            "zsh" => (Zsh, ["-f", "-c"]),
            _ => (Fish, ["--no-config", "-c"]),
        };
        var environment = new Dictionary<string, string>(LbCoreBinary.Environment)
        {
            ["PATH"] = $"{Path.GetDirectoryName(LbCoreBinary.Path)}:/usr/bin:/bin",
            ["HOME"] = _folder.Path,
            ["TYPED"] = typed,
        };

        // In a folder of its own: shells offer files.
        var result = await Command.RunAsync(
            "/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", _folder.Path, program, .. options, script], environment);

        Assert.That(result.Error, Is.Empty);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('\t')[0])];
    }
}
