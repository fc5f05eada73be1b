using System.Threading.Tasks;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>Relays a client connection and a backend connection that have changed to another protocol.</summary>
internal sealed class Tunnel : Relay
{
    public Tunnel(TransportConnection client, TransportConnection upstream, Listener listener)
        : base(client)
    {
        UpstreamOrNone = upstream;
        IdleMilliseconds = listener.TunnelMilliseconds;
        HalfClosedMilliseconds = listener.HalfClosedMilliseconds;
    }

    /// <inheritdoc/>
    protected override long IdleMilliseconds { get; }

    /// <inheritdoc/>
    protected override long HalfClosedMilliseconds { get; }

    /// <inheritdoc/>
    protected override Task ConnectAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void OnEnded()
    {
        // The request that it began with records it.
    }
}
