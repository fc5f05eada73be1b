using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>Where exchanges with backends come from. For the loop's thread; the caller holds a reservation on the backend.</summary>
internal abstract class ExchangePool
{
    /// <summary>Takes an exchange that needs no dialling, or returns null.</summary>
    public abstract UpstreamExchange? TryRent(EventLoop loop, Backend backend);

    /// <summary>Makes an exchange on a connection that has just been dialled.</summary>
    public abstract UpstreamExchange Adopt(TransportConnection connection, Backend backend);
}
