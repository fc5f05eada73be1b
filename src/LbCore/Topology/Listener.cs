using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Topology;

/// <summary>Is what a listener does with what arrives, immutable, at one moment. Times are in milliseconds of the loops' clocks.</summary>
internal sealed class Listener
{
    public required string Name { get; init; }

    /// <summary>
    /// Gets the snapshot that the routes were made with: a route and its cluster are always of one configuration, also for
    /// a request that is on its way while another one is published.
    /// </summary>
    public required TopologySnapshot Snapshot { get; init; }

    /// <summary>Gets which requests, or connections in mode tcp, go to which cluster.</summary>
    public required RouteTable Routes { get; init; }

    /// <summary>Gets how many connections one client address may have open at once.</summary>
    public int MaxConnectionsPerAddress { get; init; } = int.MaxValue;

    /// <summary>Gets how long a head may take (mode http).</summary>
    public long HeadMilliseconds { get; init; }

    /// <summary>Gets how long a client may take for the next piece of a body (mode http).</summary>
    public long BodyMilliseconds { get; init; }

    /// <summary>Gets how long a connection is kept open between two requests (mode http).</summary>
    public long KeepAliveMilliseconds { get; init; }

    /// <summary>Gets how long nothing may move in a tunnel (mode http).</summary>
    public long TunnelMilliseconds { get; init; }

    /// <summary>Gets how long nothing may move (mode tcp).</summary>
    public long IdleMilliseconds { get; init; }

    /// <summary>Gets what backends are told of a request's way (mode http).</summary>
    public ForwardingRules Forwarding { get; init; } = ForwardingRules.Default;

    /// <summary>Gets what error answers are written in; null for what the client prefers (mode http).</summary>
    public AnswerFormat? ErrorFormat { get; init; }

    /// <summary>Gets what becomes of fields with an underscore in their name (mode http).</summary>
    public UnderscoreRule Underscores { get; init; }

    /// <summary>Gets how long nothing may move once one side has ended its stream (mode tcp, and tunnels).</summary>
    public long HalfClosedMilliseconds { get; init; }

    /// <summary>Gets whether the end of a client's stream behind a whole request aborts that (mode http).</summary>
    public bool AbortOnClose { get; init; }

    /// <summary>Gets the bounds of a request's head (mode http).</summary>
    public HeadLimits HeadLimits { get; init; } = HeadLimits.Default;

    /// <summary>Gets how many bytes of data a request's body may have (mode http).</summary>
    public long MaxBodyBytes { get; init; } = long.MaxValue;

    /// <summary>Gets how many bytes a second a client has to send or take while it is waited for; 0 for no bound (mode http).</summary>
    public long MinBytesPerSecond { get; init; }

    /// <summary>Gets how many requests may come on one connection (mode http).</summary>
    public long MaxRequests { get; init; } = long.MaxValue;
}
