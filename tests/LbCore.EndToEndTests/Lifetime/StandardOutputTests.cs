using System;
using System.Net;
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

    [GeneratedRegex(@"(?<=accepts on )127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
