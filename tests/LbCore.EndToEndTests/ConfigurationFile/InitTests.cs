using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.ConfigurationFile;

/// <summary>The file to start from.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed partial class InitTests
{
    private readonly TempFolder _folder = new();

    [OneTimeTearDown]
    public void CleanUp() => _folder.Dispose();

    [Test]
    public async Task What_it_writes_is_fine_and_it_says_what_to_do_next()
    {
        var path = _folder.File("new.json");

        var result = await LbCoreProcess.RunAsync("init", "-c", path);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Contain($"lbcore check -c {path}").And.Contain($"lbcore run -c {path}"));
        await AssertFineAsync(path);
    }

    [Test]
    public async Task Each_key_in_its_comments_is_fine_too()
    {
        var text = (await LbCoreProcess.RunAsync("init", "-c", "-")).Output;
        var path = _folder.File("all.json");
        await File.WriteAllTextAsync(path, CommentedOut().Replace(text, "$1$2"));

        Assert.That(CommentedOut().Count(text), Is.GreaterThan(8));
        await AssertFineAsync(path);
    }

    [Test]
    public async Task Its_values_in_comments_are_the_defaults()
    {
        var path = _folder.File("plain.json");
        await LbCoreProcess.RunAsync("init", "-c", path);
        var plain = await LbCoreProcess.RunAsync("check", "--effective", "-c", path);

        // Those that every configuration has. The others are examples.
        string[] keys = ["\"timeouts\": { \"head\"", "\"limits\"", "\"maxConnections\": 10000", "\"strategy\"", "\"timeouts\": { \"connect\"", "\"retries\"", "\"shutdownTimeout\""];
        var lines = (await File.ReadAllLinesAsync(path))
            .Select(line => keys.Any(key => line.Contains($"// {key}", StringComparison.Ordinal)) ? line.Replace("// ", "", StringComparison.Ordinal) : line)
            .ToArray();
        var spelled = _folder.File("spelled.json");
        await File.WriteAllLinesAsync(spelled, lines);

        var effective = await LbCoreProcess.RunAsync("check", "--effective", "-c", spelled);
        Assert.That(effective.Output, Is.EqualTo(plain.Output));
    }

    [Test]
    public async Task A_file_that_is_there_is_left_unless_forced()
    {
        var path = _folder.File("mine.json");
        await File.WriteAllTextAsync(path, "mine");

        var refused = await LbCoreProcess.RunAsync("init", "-c", path);
        Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")));
        Assert.That(refused.Error, Is.EqualTo($"lbcore: {path}: it exists, and is left as it is; name another file with -c, or add --force to replace it\n"));
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("mine"));

        var forced = await LbCoreProcess.RunAsync("init", "-c", path, "--force");
        Assert.That(forced.ExitCode, Is.Zero, forced.Error);
        await AssertFineAsync(path);
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_is_replaced_is_never_cut_short_and_keeps_its_permissions_and_its_link()
    {
        var path = _folder.File("private.json");
        var link = _folder.File("link.json");
        await File.WriteAllTextAsync(path, "mine");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, path);
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

        var forced = await LbCoreProcess.RunAsync("init", "-c", link, "--force");

        Assert.That(forced.ExitCode, Is.Zero, forced.Error);
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo("mine"), "who has the old one open reads the old one");
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(path));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.GetFiles(_folder.Path, "private*"), Has.Length.EqualTo(1));
        await AssertFineAsync(path);
    }

    [TestCase("init", "-c")]
    [TestCase("init", "--force", "-c")]
    public async Task A_path_that_is_a_folder_is_said(params string[] arguments)
    {
        var result = await LbCoreProcess.RunAsync([.. arguments, _folder.Path]);

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Is.EqualTo($"lbcore: {_folder.Path}: it is a folder; name a file in it: -c {Path.Combine(_folder.Path, "lbcore.json")}\n"));
    }

    [Test]
    public async Task A_folder_that_is_missing_is_said()
    {
        var path = Path.Combine(_folder.Path, "missing", "lbcore.json");

        var result = await LbCoreProcess.RunAsync("init", "-c", path);

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Is.EqualTo($"lbcore: {path}: its folder does not exist; make it first, or name another file with -c\n"));
    }

    [TestCase("init --frce", "'--frce' is not an option of lbcore init (did you mean --force?)")]
    [TestCase("init lbcore.json", "'lbcore.json' belongs to no option; write its option before it, such as --config lbcore.json")]
    public async Task A_wrong_command_line_is_exit_code_2_and_writes_nothing(string arguments, string message)
    {
        var result = await LbCoreProcess.RunAsync(arguments.Split(' '));

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.StartWith($"lbcore: {message}\n"));
        Assert.That(File.Exists("lbcore.json"), Is.False);
    }

    private static async Task AssertFineAsync(string path)
    {
        var check = await LbCoreProcess.RunAsync("check", "-c", path);
        Assert.That((check.ExitCode, check.Error), Is.EqualTo((0, "")));
    }

    [GeneratedRegex("""^( *)// (".*)$""", RegexOptions.Multiline)]
    private static partial Regex CommentedOut();
}
