namespace LbCore.Transport;

/// <summary>Names the first cause of a connection's end.</summary>
public enum CloseReason : byte
{
    /// <summary>The connection is open.</summary>
    None,

    /// <summary>The owner disposed of it.</summary>
    Disposed,

    /// <summary>The peer reset it.</summary>
    PeerReset,

    /// <summary>The network failed: unreachable, or the kernel's own timeout.</summary>
    NetworkError,

    /// <summary>The owner aborted it on a protocol or application error.</summary>
    Aborted,

    /// <summary>The other connection of a pair was reset or aborted, and this one follows.</summary>
    OtherSideAborted,

    /// <summary>Nothing moved for as long as the idle timeout allows.</summary>
    IdleTimeout,

    /// <summary>Its handler threw; the dispatch frame caught it.</summary>
    HandlerFailed,

    /// <summary>The process or the balancer is stopping, and the drain deadline has passed.</summary>
    Shutdown,
}
