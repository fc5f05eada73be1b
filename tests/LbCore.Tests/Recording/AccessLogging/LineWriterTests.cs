using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording.AccessLogging;
using LbCore.TestKit;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Tests.Recording.AccessLogging;

/// <summary>Files that go, fill up, block and come back.</summary>
[Platform("Linux")]
internal sealed partial class LineWriterTests
{
    private readonly RecordingLogger _log = new();
    private DirectoryInfo _folder = null!;

    private string Path => System.IO.Path.Combine(_folder.FullName, "access.log");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("lbcore-log-");

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task Lines_of_all_rings_are_appended_to_what_is_there(CancellationToken token)
    {
        await File.WriteAllTextAsync(Path, "old\n", token);
        var rings = Rings(2, 1024);
        var writer = Start(Path, rings);
        rings[0].Add("a\n"u8);
        rings[1].Add("b\n"u8);
        await Eventually.TrueAsync(() => File.ReadAllText(Path) is "old\na\nb\n" or "old\nb\na\n", "both are there without a call");
        rings[0].Add("c\n"u8);
        await writer.StopAsync();
        Assert.That(await File.ReadAllTextAsync(Path, token), Does.EndWith("c\n"));
        Assert.That((writer.Dropped, writer.Failures), Is.EqualTo((0L, 0L)));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_rotation_while_lines_come_loses_none_and_cuts_none(CancellationToken token)
    {
        const int Lines = 200_000;
        var rings = Rings(2, 64 * 1024);
        var writer = Start(Path, rings);
        var rotations = 0;
        var adding = Task.WhenAll(rings.Select((ring, number) => Task.Run(() => AddAsync(ring, number), token)));
        while (!adding.IsCompleted)
        {
            File.Move(Path, System.IO.Path.Combine(_folder.FullName, $"access.{rotations}"));
            writer.Reopen();
            await Eventually.TrueAsync(() => File.Exists(Path), "there is a new file");
            Interlocked.Increment(ref rotations);
        }

        await adding;
        await writer.StopAsync();
        var all = _folder.GetFiles().SelectMany(static file => File.ReadAllText(file.FullName).Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.That(all, Is.Unique);
        Assert.That(all, Has.All.Match("^[01] [0-9]{8}$"));
        Assert.That(all.Length + writer.Dropped, Is.EqualTo(2L * Lines), "each is there or counted");

        async Task AddAsync(LineRing ring, int number)
        {
            AddMany(ring, writer, number, Lines / 2);
            await Eventually.TrueAsync(() => Volatile.Read(ref rotations) > 1, "there have been rotations");
            AddMany(ring, writer, number, Lines / 2, from: Lines / 2);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task When_the_folder_is_gone_the_old_file_goes_on(CancellationToken token)
    {
        var folder = _folder.CreateSubdirectory("logs");
        var path = System.IO.Path.Combine(folder.FullName, "access.log");
        var rings = Rings(1, 1024);
        var writer = Start(path, rings);
        var moved = System.IO.Path.Combine(_folder.FullName, "moved");
        folder.MoveTo(moved);
        writer.Reopen();
        await Eventually.TrueAsync(() => _log.Contains("cannot be opened again: No such file or directory"), $"it is said. {_log}");
        rings[0].Add("a\n"u8);
        await Eventually.TrueAsync(() => File.ReadAllText(System.IO.Path.Combine(moved, "access.log")) == "a\n", "it goes on");
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        writer.Reopen();
        rings[0].Add("b\n"u8);
        await Eventually.TrueAsync(() => File.Exists(path), "it is opened again");
        await writer.StopAsync();
        Assert.That(await File.ReadAllTextAsync(System.IO.Path.Combine(moved, "access.log"), token) + await File.ReadAllTextAsync(path, token), Is.EqualTo("a\nb\n"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_full_disk_is_told_once_and_what_does_not_fit_is_dropped_and_counted()
    {
        var rings = Rings(1, 64);
        var writer = Start("/dev/full", rings);
        for (var i = 0; i < 20; i++)
        {
            rings[0].Add("12345678\n"u8);
        }

        await Eventually.TrueAsync(() => writer.Failures > 2, "it tries again and again");
        Assert.That(_log.Entries.Count(static entry => entry.Id.Id == 2013), Is.EqualTo(1));
        Assert.That(_log.Contains("No space left on device"), Is.True, $"{_log}");
        await writer.StopAsync();
        Assert.That(writer.Dropped, Is.EqualTo(20));
        Assert.That(_log.Entries.Last(static entry => entry.Id.Id == 2014).Level, Is.EqualTo(LogLevel.Warning));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Loops_that_find_their_rings_full_do_not_make_a_full_disk_busy(CancellationToken token)
    {
        var rings = Rings(1, 64);
        var writer = Start("/dev/full", rings);
        await AddUntilFailedAsync(2);
        var clock = Stopwatch.StartNew();
        await AddUntilFailedAsync(6);
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromMilliseconds(150)), "it tries every 100 ms, however often it is called");
        await writer.StopAsync();

        async Task AddUntilFailedAsync(int failures)
        {
            while (writer.Failures < failures)
            {
                AddMany(rings[0], writer, 0, 100);
                await Task.Yield();
                token.ThrowIfCancellationRequested();
            }
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_pipe_that_nobody_reads_holds_up_neither_the_start_nor_the_stop()
    {
        Assert.That(MakeFifo(Path, 0x1A4), Is.Zero);
        var rings = Rings(1, 256 * 1024);
        var writer = Start(Path, rings);
        AddMany(rings[0], writer, 0, 50_000);
        await writer.StopAsync();
        Assert.That(writer.Dropped, Is.InRange(40_000, 49_999), "the pipe itself holds 64 KiB");
        Assert.That(_log.Entries.Any(static entry => entry.Id.Id == 2014), Is.True, $"{_log}");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Who_comes_late_to_a_pipe_and_reads_slowly_gets_whole_lines(CancellationToken token)
    {
        Assert.That(MakeFifo(Path, 0x1A4), Is.Zero);
        var rings = Rings(1, 1024 * 1024);
        var writer = Start(Path, rings);
        AddMany(rings[0], writer, 0, 50_000);
        await using var reader = new FileStream(Path, FileMode.Open, FileAccess.Read);
        var text = new StringBuilder();
        var buffer = new byte[5000];
        while (!text.ToString().EndsWith("00049999\n", StringComparison.Ordinal))
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, await reader.ReadAsync(buffer, token)));
        }

        Assert.That(text.ToString().TrimEnd('\n').Split('\n'), Has.Length.EqualTo(50_000).And.All.Match("^0 [0-9]{8}$"));
        await writer.StopAsync();
        Assert.That(writer.Dropped, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task When_the_reader_of_a_pipe_has_gone_the_next_one_is_served(CancellationToken token)
    {
        Assert.That(MakeFifo(Path, 0x1A4), Is.Zero);
        var opening = Task.Run(() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), token);
        var rings = Rings(1, 1024);
        var writer = Start(Path, rings);
        rings[0].Add("a\n"u8);
        var reader = await opening;
        Assert.That(await ReadLineAsync(reader, token), Is.EqualTo("a\n"));
        await reader.DisposeAsync();
        rings[0].Add("b\n"u8);
        await using var next = await Task.Run(() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), token);
        Assert.That(await ReadLineAsync(next, token), Is.EqualTo("b\n"));
        await writer.StopAsync();
    }

    [Test]
    public void What_cannot_be_opened_says_why()
    {
        Assert.That(() => LineWriter.Open("/nowhere/a", false, Rings(1, 64), _log), Throws.TypeOf<IOException>().With.Message.EqualTo("No such file or directory"));
        Assert.That(() => LineWriter.Open(_folder.FullName, false, Rings(1, 64), _log), Throws.TypeOf<IOException>().With.Message.EqualTo("Is a directory"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_file_that_is_cut_to_nothing_goes_on_at_its_new_end(CancellationToken token)
    {
        var rings = Rings(1, 1024);
        var writer = Start(Path, rings);
        rings[0].Add("first\n"u8);
        await Eventually.TrueAsync(() => File.ReadAllText(Path) == "first\n", "the first line");
        await using (var cut = new FileStream(Path, FileMode.Truncate))
        {
            // As logrotate's copytruncate does.
        }

        rings[0].Add("b\n"u8);
        await writer.StopAsync();
        Assert.That(await File.ReadAllTextAsync(Path, token), Is.EqualTo("b\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Two_logs_on_one_file_break_no_line_of_each_other(CancellationToken token)
    {
        const int Lines = 300_000;
        var logs = Enumerable.Range(0, 2).Select(number => (Number: number, Rings: Rings(1, 64 * 1024 + number))).ToArray();
        var writers = logs.Select(log => Start(Path, log.Rings)).ToArray();
        await Task.WhenAll(logs.Select(log => Task.Run(() => AddMany(log.Rings[0], writers[log.Number], log.Number, Lines), token)));
        await Task.WhenAll(writers.Select(static writer => writer.StopAsync()));
        var all = await File.ReadAllLinesAsync(Path, token);
        Assert.That(all.Where(static line => line.Length != 10 || line[1] != ' '), Is.Empty);
        Assert.That(all.Length + writers.Sum(static writer => writer.Dropped), Is.EqualTo(2L * Lines));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Lines_wait_until_it_may_begin_and_a_cut_line_before_them_is_ended(CancellationToken token)
    {
        await File.WriteAllTextAsync(Path, "cu", token);
        var rings = Rings(1, 1024);
        var writer = LineWriter.Open(Path, isStandardOutput: false, rings, _log);
        rings[0].Add("a\n"u8);
        writer.Wake();
        Assert.That(await File.ReadAllTextAsync(Path, token), Is.EqualTo("cu"));
        writer.Begin(endsLine: true);
        await writer.StopAsync();
        Assert.That((await File.ReadAllTextAsync(Path, token), writer.Dropped, writer.EndedWithinLine), Is.EqualTo(("cu\na\n", 0L, false)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_is_stopped_before_it_begins_never_begins_and_its_lines_are_counted(CancellationToken token)
    {
        var rings = Rings(1, 1024);
        var writer = LineWriter.Open(Path, isStandardOutput: false, rings, _log);
        rings[0].Add("a\n"u8);
        await writer.StopAsync();
        writer.Begin();
        Assert.That((writer.Ended.IsCompleted, writer.Dropped), Is.EqualTo((true, 1L)));
        Assert.That(_log.Contains("1 lines of the access log"), Is.True, $"{_log}");
        Assert.That(await File.ReadAllTextAsync(Path, token), Is.Empty);
        Assert.That(OpenCount(Path), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_logger_that_blocks_holds_up_no_line()
    {
        using var gate = new ManualResetEventSlim();
        using var within = new ManualResetEventSlim();
        var rings = Rings(1, 1024);
        var writer = Start(Path, rings, new CallingLogger(() =>
        {
            within.Set();
            gate.Wait();
        }));
        writer.Reopen();
        await Eventually.TrueAsync(() => within.IsSet, "it is told of the new file");
        rings[0].Add("a\n"u8);
        await Eventually.TrueAsync(() => File.ReadAllText(Path) == "a\n", "the line is there");
        await writer.StopAsync();
        gate.Set();
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_logger_has_a_stack_like_any_other_and_may_throw()
    {
        var enough = false;
        var rings = Rings(1, 1024);
        var writer = Start(Path, rings, new CallingLogger(() =>
        {
            enough = RuntimeHelpers.TryEnsureSufficientExecutionStack();
            throw new InvalidOperationException("a logger's own fault");
        }));
        writer.Reopen();
        await Eventually.TrueAsync(() => Volatile.Read(ref enough), "there is room for what loggers do");
        rings[0].Add("a\n"u8);
        await writer.StopAsync();
        Assert.That(await File.ReadAllTextAsync(Path), Is.EqualTo("a\n"));
    }

    /// <summary>Returns how many descriptors of this process are of a file.</summary>
    private static int OpenCount(string path) =>
        new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Count(entry => entry.LinkTarget == path);

    private static async Task<string> ReadLineAsync(FileStream reader, CancellationToken token)
    {
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, await reader.ReadAsync(buffer, token));
    }

    private static void AddMany(LineRing ring, LineWriter writer, int number, int lines, int from = 0)
    {
        for (var i = from; i < from + lines; i++)
        {
            if (ring.Add(Encoding.ASCII.GetBytes($"{number} {i:D8}\n")))
            {
                writer.Wake();
            }
        }
    }

    private static LineRing[] Rings(int count, int capacity) => [.. Enumerable.Range(0, count).Select(_ => new LineRing(capacity))];

    private LineWriter Start(string path, LineRing[] rings, ILogger? logger = null)
    {
        var writer = LineWriter.Open(path, isStandardOutput: false, rings, logger ?? _log);
        writer.Begin();
        return writer;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    private sealed class CallingLogger(Action call) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => call();
    }
}
