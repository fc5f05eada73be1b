using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

/// <summary>Tests the ahead-of-time compiled program.</summary>
[TestFixture]
internal sealed class NativeAotTests
{
    private const long MaxResidentKiB = 16 * 1024;

    private string _program = string.Empty;

    [OneTimeSetUp]
    public void FindProgram() => _program = NativeBinary.Require();

    [Test]
    [CancelAfter(60_000)]
    public async Task It_relays_and_drains(CancellationToken cancellationToken)
    {
        const long Length = 10 * 1024 * 1024;
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await StartAsync(backend.Address);
        using var client = await balancer.ConnectAsync(cancellationToken);

        var sending = Content.SendAsync(client, seed: 7, Length, cancellationToken);
        var received = await Content.ReceiveAsync(client, cancellationToken);

        Assert.That(received, Is.EqualTo(await sending));
        await balancer.StopAsync();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task It_forwards_requests_and_drains(CancellationToken cancellationToken)
    {
        await using var backend = await HttpBackend.StartAsync("kestrel");
        await using var balancer = await LbCoreProcess.StartProgramAsync(
            _program, ["proxy", "--listen", "127.0.0.1:0", "--backend", backend.Address]);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{balancer.Address}") };
        for (var i = 0; i < 10; i++)
        {
            Assert.That(await client.GetByteArrayAsync("/bytes/100000", cancellationToken), Is.EqualTo(HttpBackend.Known(100_000)));
            using var content = new ByteArrayContent(HttpBackend.Known(300_000));
            using var echoed = await client.PostAsync("/echo", content, cancellationToken);
            Assert.That(await echoed.Content.ReadAsByteArrayAsync(cancellationToken), Is.EqualTo(HttpBackend.Known(300_000)));
        }

        await balancer.StopAsync();
    }

    // Here nothing of the runtime's lies in between, and an epoll instance or a pipe of ours would get the number.
    [Test]
    [CancelAfter(60_000)]
    public async Task Nothing_of_ours_takes_the_number_of_a_standard_output_that_came_closed(CancellationToken cancellationToken)
    {
        await using var balancer = ChildProcess.Start(
            "/bin/sh",
            ["-c", "exec \"$@\" >&- <&-", "sh", _program, "proxy", "--mode", "tcp", "--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9"]);
        await Eventually.TrueAsync(
            () => balancer.Error.Contains("accepts on", StringComparison.Ordinal), TimeSpan.FromSeconds(30), balancer.Transcript);

        Assert.That(new FileInfo($"/proc/{balancer.Id}/fd/1").LinkTarget, Is.EqualTo("/dev/null"));
        Assert.That(new FileInfo($"/proc/{balancer.Id}/fd/0").LinkTarget, Is.EqualTo("/dev/null"));
        balancer.Send(Signal.Terminate);
        Assert.That(await balancer.WaitAsync(TimeSpan.FromSeconds(30)), Is.Zero, balancer.Transcript);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Idle_it_holds_at_most_16_MiB(CancellationToken cancellationToken)
    {
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await StartAsync(backend.Address);
        using (var client = await balancer.ConnectAsync(cancellationToken))
        {
            await client.PingAsync(cancellationToken);
        }

        var resident = ProcessStatus.ResidentKiB(balancer.Id);

        await TestContext.Out.WriteLineAsync($"{resident} KiB resident");
        Assert.That(resident, Is.LessThanOrEqualTo(MaxResidentKiB));
        await balancer.StopAsync();
    }

    private Task<LbCoreProcess> StartAsync(string backend) => LbCoreProcess.StartProgramAsync(
        _program, ["proxy", "--mode", "tcp", "--listen", "127.0.0.1:0", "--backend", backend]);
}
