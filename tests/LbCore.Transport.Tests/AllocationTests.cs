using System;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 13: 0 bytes a message in the steady state. The epoll engine's promise; System.Net.Sockets makes garbage of its own.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.EpollBare))]
[NonParallelizable]
public sealed class AllocationTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(60_000)]
    public async Task An_echoed_message_allocates_nothing_on_the_loop()
    {
        const int Messages = 4_000;

        // Tracking every rental, as harnesses do, is not the steady state of a product.
        var harness = Start(options => options with { PoisonBuffers = false });
        var listener = harness.Listen(EchoAsync);
        var client = await harness.ConnectAsync(listener);
        var message = new byte[64];
        await TalkAsync(client, message, Messages);

        var loops = harness.Engine.Loops;
        var before = new long[loops.Count];
        for (var i = 0; i < loops.Count; i++)
        {
            before[i] = await harness.RunAsync(loops[i], GC.GetAllocatedBytesForCurrentThread);
        }

        await TalkAsync(client, message, Messages);
        long allocated = 0;
        for (var i = 0; i < loops.Count; i++)
        {
            allocated += await harness.RunAsync(loops[i], GC.GetAllocatedBytesForCurrentThread) - before[i];
        }

        // Posting and answering the measurement itself costs a few hundred bytes, once.
        Assert.That(allocated / Messages, Is.Zero, $"{allocated} bytes for {Messages} messages");
        Assert.That(allocated, Is.LessThan(2_000L * loops.Count));
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
