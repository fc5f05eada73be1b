using System;
using System.Net;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Represents a bound address that accepts, over all loops of its engine. Members may be called from any thread.</summary>
public abstract class TransportListener : IAsyncDisposable
{
    /// <summary>Gets the bound address, with the real port.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <summary>Gets how many of its connections are open.</summary>
    public abstract int Connections { get; }

    /// <summary>
    /// Stops accepting: takes no new arrivals, accepts what already waits in the backlog, then closes the socket.
    /// Connections go on. Idempotent.
    /// </summary>
    public abstract Task StopAcceptingAsync();

    /// <summary>Completes when no connection of this listener is open. Call after <see cref="StopAcceptingAsync"/>.</summary>
    public abstract Task WhenDrainedAsync();

    /// <summary>Aborts every open connection of this listener with the given cause.</summary>
    public abstract void AbortConnections(CloseReason reason);

    /// <summary>Stops accepting and aborts what is open.</summary>
    public abstract ValueTask DisposeAsync();
}
