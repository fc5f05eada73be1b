using System;
using System.IO;

namespace LbCore.Transport;

/// <summary>Is thrown by reads on a connection that was reset or aborted. Its bytes so far are not a complete stream.</summary>
public sealed class ConnectionAbortedException : IOException
{
    /// <summary>Initializes the exception with <see cref="CloseReason.Aborted"/>.</summary>
    public ConnectionAbortedException()
        : this(CloseReason.Aborted)
    {
    }

    /// <summary>Initializes the exception with a message and <see cref="CloseReason.Aborted"/>.</summary>
    public ConnectionAbortedException(string? message)
        : base(message) => Reason = CloseReason.Aborted;

    /// <summary>Initializes the exception with a message, <see cref="CloseReason.Aborted"/> and a cause.</summary>
    public ConnectionAbortedException(string? message, Exception? innerException)
        : base(message, innerException) => Reason = CloseReason.Aborted;

    /// <summary>Initializes the exception with the connection's first cause.</summary>
    public ConnectionAbortedException(CloseReason reason, Exception? innerException = null)
        : base($"The connection ended: {reason}.", innerException) => Reason = reason;

    /// <summary>Gets the first cause of the connection's end.</summary>
    public CloseReason Reason { get; }
}
