using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace LbCore.Tests.Proxying.Http;

/// <summary>A balancer that speaks HTTP, before one backend that the test plays by hand, and a client.</summary>
internal sealed class HttpPair : IAsyncDisposable
{
    private HttpPair(RawListener listener, BalancerHarness harness, RawClient client)
    {
        Listener = listener;
        Harness = harness;
        Client = client;
    }

    public RawListener Listener { get; }

    public BalancerHarness Harness { get; }

    public RawClient Client { get; }

    /// <summary>Gets or sets the backend's end that a test keeps for further requests.</summary>
    public RawClient? Backend { get; set; }

    public static async Task<HttpPair> StartAsync(
        EngineCase engine, CancellationToken token, Action<LbCoreOptions>? configure = null, FakeTimeProvider? time = null, int bufferSize = 0,
        IReadOnlyCollection<IBalancingStrategy>? strategies = null)
    {
        var listener = new RawListener(token, bufferSize: bufferSize);
        var harness = await BalancerHarness.StartHttpAsync(engine, [listener.EndPoint], token, configure, time, strategies).ConfigureAwait(false);
        var client = await harness.ConnectAsync(bufferSize).ConfigureAwait(false);

        // Its times begin with the accept, and a clock that a test moves must not be ahead of that.
        await Eventually.TrueAsync(() => harness.Accepted == 1, "the client has been accepted").ConfigureAwait(false);
        return new HttpPair(listener, harness, client);
    }

    /// <summary>Sends a request and returns the backend's end with the head that arrived there.</summary>
    public async Task<(RawClient Backend, string Head)> RequestAsync(string request)
    {
        await Client.SendAsync(request).ConfigureAwait(false);
        var backend = await Listener.AcceptAsync().ConfigureAwait(false);
        return (backend, await backend.ReadHeadAsync().ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Backend?.Dispose();
        await Harness.DisposeAsync().ConfigureAwait(false);
        Listener.Dispose();
    }
}
