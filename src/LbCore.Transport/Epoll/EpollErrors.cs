using System.Net.Sockets;

namespace LbCore.Transport.Epoll;

/// <summary>Translates errno into the names that .NET's users know.</summary>
internal static class EpollErrors
{
    public static SocketError ToSocketError(int error) => error switch
    {
        0 => SocketError.Success,
        Libc.ECONNREFUSED => SocketError.ConnectionRefused,
        Libc.ECONNRESET => SocketError.ConnectionReset,
        Libc.ECONNABORTED => SocketError.ConnectionAborted,
        Libc.ETIMEDOUT => SocketError.TimedOut,
        Libc.ENETUNREACH => SocketError.NetworkUnreachable,
        Libc.EHOSTUNREACH => SocketError.HostUnreachable,
        Libc.EHOSTDOWN => SocketError.HostDown,
        Libc.ENETDOWN => SocketError.NetworkDown,
        Libc.EADDRINUSE => SocketError.AddressAlreadyInUse,
        Libc.EADDRNOTAVAIL => SocketError.AddressNotAvailable,
        Libc.EMFILE or Libc.ENFILE => SocketError.TooManyOpenSockets,
        Libc.ENOBUFS or Libc.ENOMEM => SocketError.NoBufferSpaceAvailable,
        Libc.EACCES => SocketError.AccessDenied,
        _ => SocketError.SocketError,
    };
}
