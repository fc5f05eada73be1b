namespace LbCore.Recording;

/// <summary>How a client's HTTP connection ended.</summary>
internal enum ConnectionEnd : byte
{
    /// <summary>The client closed it between two requests.</summary>
    ClosedByClient,

    /// <summary>A request or its response asked for it.</summary>
    Asked,

    /// <summary>It has brought as many requests as one may.</summary>
    RequestLimit,

    /// <summary>Nothing came for as long as a connection is kept open between two requests.</summary>
    KeepAliveTimeout,

    /// <summary>No head came in time, the first one or a further one.</summary>
    HeadTimeout,

    /// <summary>A request failed in a way that leaves the connection of no use.</summary>
    RequestFailed,

    /// <summary>The client reset it, or the network failed.</summary>
    Reset,

    /// <summary>It became a tunnel.</summary>
    Tunnelled,

    /// <summary>The balancer drains.</summary>
    Drained,

    /// <summary>It was refused: its client's address has as many open as one may.</summary>
    AddressLimit,

    /// <summary>A fault of the balancer.</summary>
    Fault,
}
