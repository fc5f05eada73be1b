using System;
using System.Net.Sockets;
using LbCore.Transport.Epoll;

namespace LbCore.Transport.Managed;

/// <summary>Reads a <see cref="TcpState"/>.</summary>
internal static unsafe class TcpStateReader
{
    public static TcpState Read(Socket socket)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Poll((int)socket.Handle)
                : socket.Poll(0, SelectMode.SelectError) ? TcpState.Gone
                : TcpState.Open;
        }
        catch (SocketException)
        {
            return TcpState.Gone;
        }
    }

    // What epoll would say. Socket.Poll does not do here: it knows nothing of FIN, and calls urgent data an error.
    private static TcpState Poll(int descriptor)
    {
        var poll = new Libc.PollDescriptor { Descriptor = descriptor, Events = Libc.POLLRDHUP };
        _ = Libc.Poll(&poll, 1, 0);
        return (poll.Returned & Libc.POLLERR) != 0 ? TcpState.Gone
            : (poll.Returned & (Libc.POLLRDHUP | Libc.POLLHUP)) != 0 ? TcpState.PeerClosed
            : TcpState.Open;
    }
}
