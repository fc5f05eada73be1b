using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Recording;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>An access log that changes while the load balancer runs, or cannot be opened.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed partial class AccessLogReloadTests(EngineCase engine) : AccessLogFixture(engine)
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Every_request_is_one_line_while_reloads_change_the_log(CancellationToken token)
    {
        const int Requests = 2000;
        using var listener = new RawListener(token);
        var options = Options(listener.EndPoint);
        await using var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        var log = 0;
        var asking = AskAsync();
        while (!asking.IsCompleted)
        {
            options = Options(listener.EndPoint);
            options.AccessLog.Path = $"{Path}.{log % 5}";
            await balancer.ReloadAsync(options, token);
            Interlocked.Increment(ref log);
        }

        await asking;
        await balancer.StopAsync(token);
        var targets = Folder.GetFiles().SelectMany(static file => File.ReadAllLines(file.FullName))
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("target").GetString());
        Assert.That(targets, Is.EquivalentTo(Enumerable.Range(0, Requests).Select(static i => $"/{i}")));

        async Task AskAsync()
        {
            using var client = await ConnectAsync(balancer, token);
            RawClient? backend = null;
            for (var i = 0; i < Requests; i++)
            {
                if (i == Requests / 2)
                {
                    await Eventually.TrueAsync(() => Volatile.Read(ref log) > 1, "there have been reloads");
                }

                await client.SendAsync($"GET /{i} HTTP/1.1\r\nHost: h\r\n\r\n");
                backend ??= await listener.AcceptAsync();
                await backend.ReadHeadAsync();
                await backend.SendAsync(Ok);
                await client.ReadHeadAsync();
                await client.ReadTextAsync(2);
            }

            backend?.Dispose();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reload_turns_it_on_and_off_and_changes_its_form(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token, static options => options.AccessLog.Path = null);
        using var client = await ConnectAsync(balancer, token);
        var asked = 0;
        await AskAsync("/none");
        await ReloadAsync(o => o.AccessLog.Format = AccessLogFormat.Combined);
        await AskAsync("/combined");
        await ReloadAsync(static _ => { });
        await AskAsync("/json");
        await ReloadAsync(static o => o.AccessLog.Path = null);
        await AskAsync("/none");
        var lines = await File.ReadAllLinesAsync(Path, token);
        Assert.That(lines, Has.Length.EqualTo(2), "each has been written when the next holds");
        Assert.That(lines[0], Does.Contain("\"GET /combined HTTP/1.1\" 502 58 \"-\" \"-\""));
        Assert.That(lines[1], Does.StartWith("{").And.Contain("/json"));

        Task ReloadAsync(Action<LbCoreOptions> change)
        {
            var options = Options(RawListener.RefusingEndPoint());
            change(options);
            return balancer.ReloadAsync(options, token);
        }

        async Task AskAsync(string path)
        {
            await AskInVainAsync(client, path);
            await RecordedAsync(balancer, ++asked);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_file_that_cannot_be_opened_fails_the_start_and_refuses_a_reload(CancellationToken token)
    {
        const string Message = "accessLog.path: '/nowhere/access.log' cannot be opened: ";
        var bad = Options(RawListener.RefusingEndPoint());
        bad.AccessLog.Path = "/nowhere/access.log";
        await using (var never = LoadBalancer.Create(bad))
        {
            var error = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => never.StartAsync(token));
            Assert.That(error!.Errors.Single().ToString(), Does.StartWith(Message));
        }

        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token);
        var refused = await Assert.ThrowsAsync<LbCoreConfigurationException>(() => balancer.ReloadAsync(bad, token));
        Assert.That(refused!.Errors.Single().ToString(), Does.StartWith(Message));
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(Get);
        await client.ReadHeadAsync();
        await LinesAsync(1);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Reopening_is_harmless_whenever_it_is_asked_for(CancellationToken token)
    {
        await using var balancer = LoadBalancer.Create(Options(RawListener.RefusingEndPoint()));
        balancer.ReopenLogs();
        await balancer.StartAsync(token);
        File.Delete(Path);
        balancer.ReopenLogs();
        await Eventually.TrueAsync(() => File.Exists(Path), "it is there again");
        await balancer.StopAsync(token);
        balancer.ReopenLogs();
    }

    [TestCase(false)]
    [TestCase(true)]
    [Platform("Linux")]
    [CancelAfter(60_000)]
    public async Task A_reload_that_keeps_the_path_breaks_no_line_and_loses_none(bool isPipe, CancellationToken token)
    {
        const int Clients = 4;
        const int Requests = 250;
        var reading = isPipe ? ReadSlowlyAsync() : Task.FromResult("");
        var options = KeepingOptions(0);
        await using var balancer = LoadBalancer.Create(options);
        await balancer.StartAsync(token);
        var reloads = 0;
        var asking = Task.WhenAll(Enumerable.Range(0, Clients).Select(AskAsync));
        while (!asking.IsCompleted)
        {
            await balancer.ReloadAsync(KeepingOptions(reloads + 1), token);
            Interlocked.Increment(ref reloads);
        }

        await asking;
        await balancer.StopAsync(token);
        var text = isPipe ? await reading : await File.ReadAllTextAsync(Path, token);
        var targets = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("target").GetString()!.TrimEnd('x'));
        Assert.That(targets, Is.EquivalentTo(Enumerable.Range(0, Clients * Requests).Select(static i => $"/{i}/")));

        LbCoreOptions KeepingOptions(int number)
        {
            var keeping = Options(RawListener.RefusingEndPoint());
            keeping.Loops = 2;
            keeping.AccessLog.BufferBytes += number % 2;
            return keeping;
        }

        async Task AskAsync(int number)
        {
            using var client = await ConnectAsync(balancer, token);
            for (var i = number * Requests; i < (number + 1) * Requests; i++)
            {
                if (i % Requests == Requests / 2)
                {
                    await Eventually.TrueAsync(() => Volatile.Read(ref reloads) > 1, "there have been reloads");
                }

                await AskInVainAsync(client, $"/{i}/{new string('x', 200)}");
            }
        }

        async Task<string> ReadSlowlyAsync()
        {
            Assert.That(MakeFifo(Path, 0x1A4), Is.Zero);
            await Task.Yield();
            await using var reader = await Task.Run(() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), token);
            var all = new StringBuilder();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await reader.ReadAsync(buffer, token)) > 0)
            {
                all.Append(Encoding.ASCII.GetString(buffer, 0, read));
                await Task.Delay(1, token);
            }

            return all.ToString();
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_rotation_between_the_opening_and_the_swap_of_a_log_reaches_it(CancellationToken token)
    {
        await using var balancer = await StartAsync(RawListener.RefusingEndPoint(), token);
        var options = Options(RawListener.RefusingEndPoint());
        options.AccessLog.Format = AccessLogFormat.Combined;
        var logs = balancer.Running!.AccessLogs;
        var opened = logs.Open(options);
        File.Move(Path, Path + ".1");
        balancer.ReopenLogs();
        await logs.ApplyAsync(options.AccessLog, opened);
        using var client = await ConnectAsync(balancer, token);
        await client.SendAsync(Get);
        await client.ReadHeadAsync();
        await Eventually.TrueAsync(() => File.Exists(Path) && File.ReadAllText(Path).Contains("/a?b", StringComparison.Ordinal), "the line is in the new file");
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(30_000)]
    public async Task A_reload_that_fails_leaves_no_file_open(CancellationToken token)
    {
        var other = Options(RawListener.RefusingEndPoint());
        await using var balancer = LoadBalancer.Create(Options(RawListener.RefusingEndPoint()), null, new LoadBalancerEnvironment
        {
            Resolver = new BackendResolver((_, _) =>
            {
                // Behind the check of the options: what fails then is nobody's mistake in them.
                other.Clusters["app"].Strategy = "none";
                return Task.FromResult(new[] { IPAddress.Loopback });
            }),
        });
        await balancer.StartAsync(token);
        other.Clusters["app"].Backends["b0"].Address = "named.test:1";
        other.AccessLog.Path = Path + ".other";
        Assert.That(() => balancer.ReloadAsync(other, token), Throws.Exception.Not.TypeOf<LbCoreConfigurationException>());
        Assert.That(File.Exists(Path + ".other"), Is.True, "it was opened");
        Assert.That(new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Count(entry => entry.LinkTarget == Path + ".other"), Is.Zero);
    }

    /// <summary>Asks for a target that no backend serves, and reads the answer, 502.</summary>
    private static async Task AskInVainAsync(RawClient client, string target)
    {
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        await client.ReadHeadAsync();
        await client.ReadTextAsync(16);
    }

    /// <summary>Waits until so many requests have been recorded: a client has its answer a moment before.</summary>
    private static async Task RecordedAsync(LoadBalancer balancer, int requests)
    {
        var running = balancer.Running!;
        var counters = ((OutcomeRecorder)running.Recorder).Requests;
        await Eventually.TrueAsync(() => counters.Recorded >= requests, $"{requests} are recorded");

        // It counts first and writes then, on the loop.
        foreach (var loop in running.Engine.Loops)
        {
            var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), passed);
            await passed.Task;
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
