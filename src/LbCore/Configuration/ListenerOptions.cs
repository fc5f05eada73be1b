using System;
using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Says where to listen and what to do with the connections that arrive.</summary>
public sealed class ListenerOptions
{
    private int? _maxConnectionsPerAddress;

    /// <summary>Gets or sets the address: <c>ip:port</c>, <c>[v6]:port</c>, <c>*:port</c> or <c>unix:/path</c>. Port 0 picks a free one. Required.</summary>
    public string Address { get; set; } = "";

    /// <summary>Gets or sets what is spoken here. Default <see cref="ListenerMode.Http"/>.</summary>
    public ListenerMode Mode { get; set; } = ListenerMode.Http;

    /// <summary>Gets or sets the name of the cluster that serves what no route takes. Required, unless there are routes.</summary>
    public string Cluster { get; set; } = "";

    /// <summary>Gets the routes, of which the first that matches counts (mode http). Without one that matches, and without a <see cref="Cluster"/>, the answer is 404.</summary>
    public IList<RouteOptions> Routes { get; } = new List<RouteOptions>();

    /// <summary>
    /// Gets or sets how many connections may be open at once. 1 to 1,000,000; default 10,000. At the limit further ones
    /// wait in the kernel's backlog. Each takes two descriptors: see <c>ulimit -n</c>.
    /// </summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets how many connections one client address may have open at once; of IPv6 addresses, those with the same
    /// first 64 bits count as one, and unix sockets have none. 1 to 1,000,000; default half of
    /// <see cref="MaxConnections"/>, so that nobody takes all of them, and that a proxy in front of this one, whose
    /// connections all have its own address, has as many as it is likely to need. A further one is reset.
    /// </summary>
    public int MaxConnectionsPerAddress
    {
        get => _maxConnectionsPerAddress ?? Math.Max(1, MaxConnections / 2);
        set => _maxConnectionsPerAddress = value;
    }

    /// <summary>
    /// Gets or sets whether a client that ends its stream (FIN) behind a whole request is taken to be gone: its request is
    /// aborted, and the backend's connection closed (mode http). Default false: it may wait for the answer, and is served.
    /// A reset aborts in any case.
    /// </summary>
    public bool AbortOnClose { get; set; }

    /// <summary>Gets the time limits of its connections.</summary>
    public ListenerTimeoutOptions Timeouts { get; } = new();

    /// <summary>Gets the bounds of what a client may send.</summary>
    public ListenerLimitOptions Limits { get; } = new();

    /// <summary>Gets how errors are answered that no backend answers (mode http).</summary>
    public ErrorOptions Errors { get; } = new();

    /// <summary>Gets what backends are told of a request's way, and whom to believe (mode http).</summary>
    public ForwardedHeadersOptions ForwardedHeaders { get; } = new();

    /// <summary>
    /// Gets or sets what becomes of request fields with an underscore in their name (mode http). Default
    /// <see cref="UnderscoreMode.Keep"/>.
    /// </summary>
    public UnderscoreMode Underscores { get; set; } = UnderscoreMode.Keep;
}
