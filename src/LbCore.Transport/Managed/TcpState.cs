namespace LbCore.Transport.Managed;

/// <summary>Says what has become of a connection's peer, as the system knows it.</summary>
internal enum TcpState
{
    /// <summary>The peer may still send, or the system cannot say.</summary>
    Open,

    /// <summary>The peer has sent FIN.</summary>
    PeerClosed,

    /// <summary>The connection is gone: reset.</summary>
    Gone,
}
