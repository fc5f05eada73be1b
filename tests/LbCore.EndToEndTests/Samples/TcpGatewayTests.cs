using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Samples;

/// <summary>The sample that embeds LbCore without a host.</summary>
[TestFixture]
internal sealed class TcpGatewayTests
{
    private static readonly string Program = LbCoreBinary.Sibling("samples/TcpGateway", "TcpGateway");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [TestCase(Signal.Terminate)]
    [TestCase(Signal.Interrupt)]
    [CancelAfter(90_000)]
    public async Task It_serves_from_both_backends_and_ends_well_when_asked_to(int signal, CancellationToken token)
    {
        await using var sample = ChildProcess.Start(Program, ["--port", "0"], LbCoreBinary.Environment);
        var endPoint = await ReadEndPointAsync(sample);
        var answers = new string[8];
        for (var i = 0; i < answers.Length; i++)
        {
            using var client = await RawClient.ConnectAsync(endPoint, token);
            await client.SendAsync("hello");
            client.Socket.Shutdown(SocketShutdown.Send);
            answers[i] = Encoding.ASCII.GetString(await client.ReadToEndAsync());
        }

        Assert.That(answers.Count(static answer => answer == "a: hello"), Is.EqualTo(2), "a has a quarter");
        Assert.That(answers.Count(static answer => answer == "b: hello"), Is.EqualTo(6), "b has the others");
        sample.Send(signal);
        Assert.That(await sample.WaitAsync(Deadline), Is.Zero, sample.Transcript);
    }

    [Test]
    [CancelAfter(90_000)]
    public async Task A_taken_port_is_no_reason_not_to_start(CancellationToken token)
    {
        using var taken = new RawListener(token);
        var port = ((IPEndPoint)taken.EndPoint).Port;
        await using var sample = ChildProcess.Start(Program, ["--port", $"{port}"], LbCoreBinary.Environment);

        Assert.That((await ReadEndPointAsync(sample)).Port, Is.GreaterThan(port));
        Assert.That(sample.Transcript, Does.Contain($"Port {port} is taken; trying {port + 1}."));
    }

    [Test]
    [CancelAfter(90_000)]
    public async Task Its_self_test_passes()
    {
        var result = await Command.RunAsync(Program, ["--self-test"], LbCoreBinary.Environment);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Contain("self-test passed"));
    }

    private static async Task<IPEndPoint> ReadEndPointAsync(ChildProcess sample) => IPEndPoint.Parse(
        (await sample.ReadLineAsync(static line => line.StartsWith("Listening on ", StringComparison.Ordinal), Deadline)).Split(' ')[2]);
}
