using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

/// <summary>Whoever does not read the ready line is served all the same.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed partial class StandardOutputTests(string engine)
{
    private const string Closed = "exec \"$@\" >&-";
    private const string AllClosed = "exec \"$@\" >&- <&-";
    private const string Full = "exec \"$@\" >/dev/full";

    // A reader that goes away before the program starts: opened for both, then for writing, then the first one closed.
    private const string BrokenPipe = "mkfifo \"$0\" && exec 3<>\"$0\" >\"$0\" 3<&- && exec \"$@\"";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [TestCase(Closed)]
    [TestCase(AllClosed)]
    [TestCase(Full)]
    [TestCase(BrokenPipe)]
    [CancelAfter(60_000)]
    public async Task Without_a_standard_output_it_serves_and_drains(string script, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = ChildProcess.Start(
            "/bin/sh",
            [
                "-c", script, folder.File("pipe"), LbCoreBinary.Path, "proxy", "--mode", "tcp", "--engine", engine,
                "--listen", "127.0.0.1:0", "--backend", backend.Address,
            ],
            LbCoreBinary.Environment);
        await Eventually.TrueAsync(() => Address().IsMatch(balancer.Error) || balancer.HasExited, Soon, balancer.Transcript);
        Assert.That(balancer.HasExited, Is.False, balancer.Transcript);
        using (var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await client.ConnectAsync(IPEndPoint.Parse(Address().Match(balancer.Error).Value), cancellationToken);
            await client.PingAsync(cancellationToken);
        }

        balancer.Send(Signal.Terminate);

        Assert.That(await balancer.WaitAsync(Soon), Is.Zero, balancer.Transcript);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task One_file_for_standard_output_and_error_has_every_line_whole(CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("log"), "", cancellationToken);
        await using var balancer = ChildProcess.Start(
            "/bin/sh",
            [
                "-c", "exec \"$@\" >\"$0\" 2>&1", folder.File("log"), LbCoreBinary.Path, "proxy", "--engine", engine,
                "--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9", "--access-log", "-",
            ],
            LbCoreBinary.Environment);
        await Eventually.TrueAsync(() => Address().IsMatch(File.ReadAllText(folder.File("log"))), Soon, "it serves");
        await Eventually.TrueAsync(() => File.ReadAllText(folder.File("log")).Contains("ready http://", StringComparison.Ordinal), Soon, "it says so");
        var address = Address().Match(await File.ReadAllTextAsync(folder.File("log"), cancellationToken)).Value;
        using (var client = new HttpClient())
        {
            using var response = await client.GetAsync(new Uri($"http://{address}/x"), cancellationToken);
            Assert.That((int)response.StatusCode, Is.EqualTo(502));
        }

        balancer.Send(Signal.Terminate);
        Assert.That(await balancer.WaitAsync(Soon), Is.Zero, balancer.Transcript);

        var lines = await File.ReadAllLinesAsync(folder.File("log"), cancellationToken);
        Assert.That(lines, Has.All.Match(@"^(ready http://\S+ engine=\w+ loops=\d+|\d{4}-\S+Z (info|warn) LbCore\..*[.]|127\.0\.0\.1 - - .* 502 58 "".*)$"));
        Assert.That(lines.Count(static line => line.StartsWith("ready ", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(lines.Count(static line => line.StartsWith("127.", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(lines.Count(static line => line.Contains(" info ", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(3));
    }

    [GeneratedRegex(@"(?<=accepts on )127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
