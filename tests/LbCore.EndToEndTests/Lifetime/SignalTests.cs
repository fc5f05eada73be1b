using System;
using System.Globalization;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class SignalTests(string engine)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Test]
    [CancelAfter(60_000)]
    public async Task Sighup_is_ignored_and_it_goes_on_serving(CancellationToken cancellationToken)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address]);
        using var client = await balancer.ConnectAsync(cancellationToken);
        await client.PingAsync(cancellationToken);

        balancer.Send(Signal.HangUp);

        await client.PingAsync(cancellationToken);
        using var another = await balancer.ConnectAsync(cancellationToken);
        await another.PingAsync(cancellationToken);

        // Signals are handled in turn: had this one ended the process, its exit code would be 129.
        client.Dispose();
        another.Dispose();
        await balancer.StopAsync();
    }

    [TestCase(Signal.Interrupt)]
    [TestCase(Signal.Quit)]
    [TestCase(Signal.Terminate)]
    [CancelAfter(60_000)]
    public async Task A_signal_drains_what_is_open_and_ends_with_exit_code_0(int signal, CancellationToken cancellationToken)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address], "--shutdown-timeout", "1d");
        using var client = await balancer.ConnectAsync(cancellationToken);
        await client.PingAsync(cancellationToken);

        balancer.Send(signal);

        await Eventually.TrueAsync(() => RefusesAsync(balancer, cancellationToken), Soon, $"nothing new is taken. {balancer.Transcript}");
        await client.PingAsync(cancellationToken);
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await client.WaitForEndAsync(cancellationToken), Is.True);
        Assert.That(await balancer.WaitAsync(), Is.Zero, balancer.Transcript);
    }

    [TestCase(Signal.Terminate, Signal.Terminate, 143)]
    [TestCase(Signal.Terminate, Signal.Interrupt, 130)]
    [TestCase(Signal.Interrupt, Signal.Quit, 131)]
    [CancelAfter(60_000)]
    public async Task A_second_signal_ends_it_at_once_with_its_code(int first, int second, int exitCode, CancellationToken cancellationToken)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await LbCoreProcess.StartAsync(engine, [backend.Address], "--shutdown-timeout", "1d");
        using var client = await balancer.ConnectAsync(cancellationToken);
        await client.PingAsync(cancellationToken);
        balancer.Send(first);
        await Eventually.TrueAsync(
            () => balancer.Error.Contains("Stopping:", StringComparison.Ordinal), Soon, $"it drains. {balancer.Transcript}");
        await client.PingAsync(cancellationToken);

        balancer.Send(second);

        Assert.That(await balancer.WaitAsync(), Is.EqualTo(exitCode), balancer.Transcript);
        await client.WaitForEndAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_signal_interrupts_a_start_that_waits_for_a_name(CancellationToken cancellationToken)
    {
        // The resolver waits for an answer that never comes: packets to this name server end at the loopback interface.
        using var folder = new TempFolder();
        var configuration = folder.File("resolv.conf");
        await System.IO.File.WriteAllTextAsync(configuration, "nameserver 192.0.2.53\noptions timeout:30 attempts:5\n", cancellationToken);
        var (program, start) = await NetworkNamespace.RequireAsync(
            $"ip route add 192.0.2.0/24 dev lo && mount --bind {configuration} /etc/resolv.conf && exec \"$@\"");
        await using var balancer = ChildProcess.Start(
            program,
            [
                .. start, LbCoreBinary.Path, "proxy", "--mode", "tcp", "--engine", engine,
                "--listen", "127.0.0.1:0", "--backend", "backend.test:80",
            ],
            LbCoreBinary.Environment);
        await Eventually.TrueAsync(() => AsksForName(balancer.Id), Soon, $"it asks the name server. {balancer.Transcript}");

        balancer.Send(Signal.Terminate);

        // Were it not interrupted, the name would be given up after 10 s, with exit code 1.
        Assert.That(await balancer.WaitAsync(Soon), Is.Zero, balancer.Transcript);
        Assert.That(balancer.Transcript, Does.Not.Contain("ready"));
    }

    private static async Task<bool> RefusesAsync(LbCoreProcess balancer, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await balancer.ConnectAsync(cancellationToken);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    // /proc/<pid>/net shows the sockets of the process's own network; ports are in hexadecimal.
    private static bool AsksForName(int processId)
    {
        var nameServersPort = 53.ToString("X4", CultureInfo.InvariantCulture);
        return System.IO.File.ReadAllText($"/proc/{processId}/net/udp").Contains($":{nameServersPort} ", StringComparison.Ordinal);
    }
}
