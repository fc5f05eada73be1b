using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Many connections, and many engines, leave nothing behind.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
[NonParallelizable]
public sealed class SteadyStateTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(120_000)]
    public async Task Ten_thousand_connections_in_a_row_leave_nothing_behind()
    {
        const int Connections = 10_000;
        var listener = Harness.Listen(EchoAsync);
        await OneAfterTheOtherAsync(listener, 100);
        await Harness.AtRestAsync();
        var before = OpenDescriptors.CanCount ? OpenDescriptors.CountSockets() : 0;
        await Task.WhenAll(
            OneAfterTheOtherAsync(listener, Connections / 2),
            OneAfterTheOtherAsync(listener, Connections / 2));
        await Harness.AtRestAsync();
        if (OpenDescriptors.CanCount)
        {
            await Eventually.TrueAsync(() => OpenDescriptors.CountSockets() <= before, "every socket has been closed");
        }

        Assert.That(Harness.Engine.ReadCounters().Accepted, Is.EqualTo(Connections + 100));
        Assert.That(listener.Connections, Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task Engines_that_come_and_go_leave_nothing_behind()
    {
        Assume.That(OpenDescriptors.CanCount, Is.True, "descriptors can be counted on Linux only");
        await Harness.RunAsync(Harness.Engine.Loops[0], () => true);
        await CycleAsync();
        var before = OpenDescriptors.Count();
        for (var i = 0; i < 20; i++)
        {
            await CycleAsync();
        }

        await Eventually.TrueAsync(() => OpenDescriptors.Count() <= before + 2, $"no more than {before} descriptors are open");
    }

    private async Task CycleAsync()
    {
        await using var harness = new TransportHarness(Case, Token);
        var client = await harness.ConnectAsync(harness.Listen(EchoAsync));
        await TalkAsync(client, new byte[64], 1);
    }

    private async Task OneAfterTheOtherAsync(TransportListener listener, int count)
    {
        var message = new byte[1];
        for (var i = 0; i < count; i++)
        {
            using var client = await RawClient.ConnectAsync(listener.EndPoint, Token);
            await TalkAsync(client, message, 1);
            if (i % 4 == 0)
            {
                // No TIME_WAIT for these, or thousands in a row would use up the ports.
                client.Reset();
            }
        }
    }

    private static async Task TalkAsync(RawClient client, byte[] message, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await client.WriteAsync(message);
            await client.ReadExactlyAsync(message.Length);
        }
    }
}
