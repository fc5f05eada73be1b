using System;
using System.Net;
using System.Net.Sockets;

namespace LbCore.Transport;

/// <summary>Says how to dial.</summary>
public sealed record DialOptions
{
    /// <summary>Gets the options with every default.</summary>
    public static DialOptions Default { get; } = new();

    /// <summary>Gets how long connecting may take. Above zero; default 2 s; precise to the loop's 50 ms tick.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets the source address, or null for the system's choice (the default). With port 0 the kernel picks the port at
    /// connect time where it can (Linux: IP_BIND_ADDRESS_NO_PORT), so that one port serves many destinations.
    /// </summary>
    public IPEndPoint? LocalEndPoint { get; init; }

    /// <summary>Checks what is dialled before anything is counted or opened.</summary>
    internal void Validate(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);

        if (endPoint is not (IPEndPoint or UnixDomainSocketEndPoint))
        {
            throw new ArgumentException($"Loops dial resolved addresses: IP or unix, not {endPoint.GetType().Name}.", nameof(endPoint));
        }
    }
}
