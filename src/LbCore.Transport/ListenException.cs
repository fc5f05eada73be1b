using System;
using System.Net.Sockets;

namespace LbCore.Transport;

/// <summary>Is thrown when a listener cannot be bound.</summary>
public sealed class ListenException : Exception
{
    /// <summary>Initializes the exception.</summary>
    public ListenException()
    {
    }

    /// <summary>Initializes the exception with a message.</summary>
    public ListenException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes the exception with a message and a cause.</summary>
    public ListenException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes the exception with a message and the system's error.</summary>
    public ListenException(string? message, SocketError error)
        : base(message) => Error = error;

    /// <summary>Gets the system's error.</summary>
    public SocketError Error { get; }

    /// <summary>Gets whether the address is taken by another socket.</summary>
    public bool IsAddressInUse => Error == SocketError.AddressAlreadyInUse;
}
