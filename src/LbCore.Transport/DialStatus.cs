namespace LbCore.Transport;

/// <summary>Says what became of an attempt to connect.</summary>
public enum DialStatus : byte
{
    /// <summary>Connected.</summary>
    Connected,

    /// <summary>The peer refused: nothing listens there.</summary>
    Refused,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>No route to the peer, or the network is down.</summary>
    Unreachable,

    /// <summary>No local port is free towards this address.</summary>
    NoLocalPort,

    /// <summary>The process is out of descriptors, or the system out of memory.</summary>
    OutOfResources,

    /// <summary>The caller, or the loop's end, cancelled it.</summary>
    Canceled,

    /// <summary>Anything else; see the error.</summary>
    Failed,
}
