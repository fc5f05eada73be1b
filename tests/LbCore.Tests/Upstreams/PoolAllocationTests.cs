using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Upstreams;

/// <summary>Renting and giving back allocates nothing, whatever the engine.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class PoolAllocationTests(EngineCase engine)
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Renting_and_giving_back_allocates_nothing([Values(1, 4)] int atOnce, CancellationToken token)
    {
        const int pairs = 10_000;
        await using var harness = new PoolHarness(engine, token);
        await harness.FillAsync(harness.First, atOnce);
        var allocated = await harness.OnLoopAsync(harness.First, () =>
        {
            Cycle(harness, atOnce, 100);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Cycle(harness, atOnce, pairs);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.That(allocated, Is.Zero, $"bytes for {pairs} pairs");
    }

    private static void Cycle(PoolHarness harness, int atOnce, int pairs)
    {
        for (var i = 0; i < pairs; i += atOnce)
        {
            Cycle(harness, atOnce);
        }
    }

    // On the stack until all are taken.
    private static void Cycle(PoolHarness harness, int left)
    {
        var connection = harness.Pools.Get(harness.First, harness.State).TryRent()
            ?? throw new InvalidOperationException("It has been given back.");
        if (left > 1)
        {
            Cycle(harness, left - 1);
        }

        harness.Pools.Get(harness.First, harness.State).Return(connection);
    }
}
