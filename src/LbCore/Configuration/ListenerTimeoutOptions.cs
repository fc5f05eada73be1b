using System;

namespace LbCore.Configuration;

/// <summary>Limits how long the connections of a listener may take.</summary>
public sealed class ListenerTimeoutOptions
{
    /// <summary>
    /// Gets or sets how long nothing may move in either direction before both sides are reset (mode tcp). 100 ms to
    /// 30 days; default 10 min. Below the keep-alive interval of the protocol it cuts connections that are well.
    /// </summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets how long a request's head may take, from its first byte to its end (mode http); the first head of a
    /// connection counts from the accept. 100 ms to 1 hour; default 10 s. Then the client is answered 408, or, when it has
    /// sent nothing, the connection is closed.
    /// </summary>
    public TimeSpan Head { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long the client may take for the next piece of a body (mode http): to send of its request's, or to
    /// take of its response's. 100 ms to 1 day; default 30 s. Then it is answered 408, or the response is cut off.
    /// </summary>
    public TimeSpan Body { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long a connection is kept open between two requests (mode http). 100 ms to 1 day; default 60 s.
    /// Then it is closed.
    /// </summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Gets or sets how long nothing may move in a tunnel, such as a WebSocket's (mode http). 100 ms to 30 days; default
    /// 1 hour. Then both sides are reset.
    /// </summary>
    public TimeSpan Tunnel { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets how long nothing may move once one side has ended its stream and the other has not (mode tcp, and
    /// tunnels). 100 ms to 30 days; default 30 s. Then both are reset: most who end their stream are gone. It does nothing
    /// where <see cref="Idle"/> or <see cref="Tunnel"/> is shorter.
    /// </summary>
    public TimeSpan HalfClosed { get; set; } = TimeSpan.FromSeconds(30);
}
