using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

[TestFixture]
internal sealed class StartUpTests
{
    private const int CouldNotStart = 3;

    private const string SomeBackend = "127.0.0.1:9";

    [TestCaseSource(typeof(Engines), nameof(Engines.All))]
    public async Task The_ready_line_names_the_real_port_the_engine_and_the_loops(string engine)
    {
        await using var balancer = await LbCoreProcess.StartAsync(engine, [SomeBackend], "--loops", "2");

        Assert.That(balancer.ReadyLine, Is.EqualTo($"ready tcp://127.0.0.1:{balancer.Port} engine={engine} loops=2"));
        Assert.That(balancer.EndPoint.Port, Is.Not.Zero);
        await balancer.StopAsync();
    }

    [TestCaseSource(typeof(Engines), nameof(Engines.All))]
    public async Task An_address_in_use_by_another_program_is_exit_code_3_with_the_address(string engine)
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var address = ((IPEndPoint)holder.LocalEndPoint!).ToString();

        var result = await LbCoreProcess.RunAsync(
            "proxy", "--mode", "tcp", "--listen", address, "--backend", SomeBackend, "--engine", engine);

        Assert.That(result.ExitCode, Is.EqualTo(CouldNotStart), result.Error);
        Assert.That(result.Error, Does.Contain(address));
        Assert.That(result.Output, Does.Not.Contain("ready"));
    }

    // Every loop listens with SO_REUSEPORT, which by itself would let a second process share the address unnoticed.
    [TestCaseSource(typeof(Engines), nameof(Engines.All))]
    public async Task An_address_in_use_by_another_lbcore_is_exit_code_3_with_the_address(string engine)
    {
        await using var holder = await LbCoreProcess.StartAsync(engine, [SomeBackend], "--loops", "2");

        var result = await LbCoreProcess.RunAsync(
            "proxy", "--mode", "tcp", "--listen", holder.Address, "--backend", SomeBackend, "--engine", engine, "--loops", "2");

        Assert.That(result.ExitCode, Is.EqualTo(CouldNotStart), result.Error);
        Assert.That(result.Error, Does.Contain(holder.Address));
        await holder.StopAsync();
    }

    [Test]
    public async Task Help_is_exit_code_0_and_names_the_options()
    {
        var result = await LbCoreProcess.RunAsync("proxy", "--help");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        foreach (var option in new[] { "--mode", "--listen", "--backend", "--weight", "--engine", "--loops", "--shutdown-timeout" })
        {
            Assert.That(result.Output, Does.Contain(option));
        }

        Assert.That(result.Output, Does.Contain("Example:\n  lbcore proxy --listen 127.0.0.1:8080 --backend 127.0.0.1:9001"));
        Assert.That(result.Output, Does.Not.Contain("Additional Arguments"));
    }

    [TestCaseSource(typeof(Engines), nameof(Engines.All))]
    public async Task Sigint_drains_like_sigterm(string engine)
    {
        await using var balancer = await LbCoreProcess.StartAsync(engine, [SomeBackend]);

        balancer.Send(Signal.Interrupt);

        Assert.That(await balancer.WaitAsync(), Is.Zero, balancer.Transcript);
    }
}
