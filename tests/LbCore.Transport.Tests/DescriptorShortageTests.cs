using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Transport.Epoll;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 10: with no descriptor left accepting pauses, what is open goes on, and accepting resumes.</summary>
/// <remarks>
/// The engines stay clear of the limit, and so does the test: at the limit itself the .NET runtime may end the process, for
/// instance because it cannot load what it is about to run.
/// </remarks>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
[NonParallelizable]
public sealed class DescriptorShortageTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    // The least that the engine keeps free below the limit.
    private const int Reserve = 16;

    [Test, CancelAfter(60_000)]
    public async Task Running_out_of_descriptors_pauses_accepting_and_leaves_open_connections_alone()
    {
        var listener = Harness.Listen(EchoAsync);
        var open = await Harness.ConnectAsync(listener);
        await EchoesAsync(open);
        var waiting = new List<RawClient>();
        for (var i = 0; i < 12; i++)
        {
            // Sockets that are there already: the process shall not need more while the limit is down.
            waiting.Add(RawClient.Unconnected(Token));
        }

        using (DescriptorLimit.Lower(OpenDescriptors.Count() + Reserve + 3))
        {
            // Makes the engine see the limit that it read when it began.
            DescriptorHeadroom.IsFree();
            foreach (var client in waiting)
            {
                await client.ConnectAsync(listener.EndPoint);
            }

            await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().AcceptPauses > 0, "accepting pauses");
            await EchoesAsync(open);
            Assert.That(listener.Connections, Is.LessThan(1 + waiting.Count), "some are left waiting");
        }

        foreach (var client in waiting)
        {
            await EchoesAsync(client);
            client.Dispose();
        }

        Assert.That(Harness.Engine.ReadCounters().Accepted, Is.EqualTo(1 + waiting.Count));
        await Eventually.TrueAsync(() => Harness.Log.Contains("pauses"), "the pause is logged");
    }

    // Who has been accepted and waits for its loop, or dials and waits for a descriptor, will want one soon.
    [Test, CancelAfter(60_000)]
    public async Task Descriptors_that_are_spoken_for_count_as_taken()
    {
        const int Many = 1_000_000;
        var listener = Harness.Listen(EchoAsync);
        Assume.That(DescriptorHeadroom.IsReached(Many), Is.True, "the limit of open files is lower than that");
        for (var i = 0; i < Many; i++)
        {
            DescriptorHeadroom.Claim();
        }

        // One is taken on each socket before it is known how scarce descriptors have become.
        var clients = new List<RawClient>();
        try
        {
            for (var i = 0; i < 2 + Harness.Engine.Loops.Count * 8; i++)
            {
                clients.Add(await Harness.ConnectAsync(listener));
            }

            await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().AcceptPauses > 1, "accepting pauses");
            Assert.That(listener.Connections, Is.LessThanOrEqualTo(Harness.Engine.Loops.Count));
        }
        finally
        {
            for (var i = 0; i < Many; i++)
            {
                DescriptorHeadroom.Yield();
            }
        }

        foreach (var client in clients)
        {
            await EchoesAsync(client);
        }
    }

    private static async Task EchoesAsync(RawClient client)
    {
        await client.WriteAsync("ping"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(4), Is.EqualTo("ping"u8.ToArray()));
    }
}
