using System;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.Tests;

/// <summary>A client and a backend that have each other through a balancer.</summary>
internal sealed class RelayedPair(RawListener listener, BalancerHarness harness, RawClient client, RawClient backend) : IAsyncDisposable
{
    public BalancerHarness Harness => harness;

    public RawClient Client => client;

    public RawClient Backend => backend;

    public async ValueTask DisposeAsync()
    {
        backend.Dispose();
        client.Dispose();
        await harness.DisposeAsync().ConfigureAwait(false);
        listener.Dispose();
    }
}
