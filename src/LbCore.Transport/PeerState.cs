namespace LbCore.Transport;

/// <summary>Says what a connection's peer has done with its end.</summary>
public enum PeerState : byte
{
    /// <summary>The peer may still send and receive.</summary>
    Open,

    /// <summary>The peer sent FIN: it sends no more, but may still receive. What it sent before may still be unread.</summary>
    SendClosed,

    /// <summary>The peer reset the connection, or the network gave it up.</summary>
    Reset,
}
