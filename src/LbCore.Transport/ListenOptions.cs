using System.Net;

namespace LbCore.Transport;

/// <summary>Says where and how to listen.</summary>
public sealed record ListenOptions
{
    /// <summary>Gets the address: <see cref="IPEndPoint"/> (port 0 picks one; <see cref="IPAddress.IPv6Any"/> is dual stack) or <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Gets how many connections the kernel may hold before they are accepted, per loop. 1 to 65,535; default 4,096 (the kernel caps it at net.core.somaxconn).</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>
    /// Gets how many connections of this listener may be open at once, over all loops. Default: no limit. At the limit
    /// accepting pauses and further ones wait in the backlog.
    /// </summary>
    public int MaxConnections { get; init; } = int.MaxValue;
}
