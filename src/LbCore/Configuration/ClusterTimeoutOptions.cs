using System;

namespace LbCore.Configuration;

/// <summary>Limits how long the backends of a cluster may take.</summary>
public sealed class ClusterTimeoutOptions
{
    /// <summary>Gets or sets how long one attempt to connect may take. 50 ms to 5 min, precise to 50 ms; default 2 s.</summary>
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets how long a backend may take, once the request has been sent, to the end of its response's head (mode
    /// http); also how long it may take nothing of a request's body. 100 ms to 1 day; default 60 s. Then the client is
    /// answered 504.
    /// </summary>
    public TimeSpan Response { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Gets or sets how long a backend may take for the next piece of a response's body (mode http). 100 ms to 1 day;
    /// default 60 s. Then the response is cut off.
    /// </summary>
    public TimeSpan ResponseBody { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Gets or sets how long a connection to a backend is kept for further requests (mode http). 100 ms to 1 day; default
    /// 55 s: it is to be shorter than what the backends keep, which is 60 s or more in common servers, so that no request
    /// meets a connection that is being closed.
    /// </summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromSeconds(55);
}
