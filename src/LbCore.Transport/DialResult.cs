using System.Net.Sockets;

namespace LbCore.Transport;

/// <summary>Is the outcome of dialling. Failing to connect is data, not an exception.</summary>
public readonly record struct DialResult
{
    /// <summary>Initializes a success.</summary>
    public DialResult(TransportConnection connection) => Connection = connection;

    /// <summary>Initializes a failure.</summary>
    public DialResult(DialStatus status, SocketError error)
    {
        Status = status;
        Error = error;
    }

    /// <summary>Gets the connection, or null when dialling failed.</summary>
    public TransportConnection? Connection { get; }

    /// <summary>Gets what became of the attempt.</summary>
    public DialStatus Status { get; }

    /// <summary>Gets the system's error, for the log.</summary>
    public SocketError Error { get; }
}
