using System;
using System.Net.Sockets;

namespace LbCore.Transport.Managed;

/// <summary>Reads a <see cref="TcpState"/>.</summary>
internal static class TcpStateReader
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;

    public static TcpState Read(Socket socket)
    {
        try
        {
            return OperatingSystem.IsLinux() && socket.AddressFamily != AddressFamily.Unix
                ? ReadTcpInfo(socket)
                : socket.Poll(0, SelectMode.SelectError) ? TcpState.Gone : TcpState.Open;
        }
        catch (SocketException)
        {
            return TcpState.Gone;
        }
    }

    private static TcpState ReadTcpInfo(Socket socket)
    {
        // struct tcp_info begins with tcpi_state: enum of net/tcp_states.h.
        const byte Close = 7;
        const byte CloseWait = 8;
        const byte LastAck = 9;
        const byte Closing = 11;
        Span<byte> info = stackalloc byte[8];
        socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
        return info[0] switch
        {
            // Also what is left of a connection that both sides have ended in order; that one has no error.
            Close => socket.Poll(0, SelectMode.SelectError) ? TcpState.Gone : TcpState.PeerClosed,
            CloseWait or LastAck or Closing => TcpState.PeerClosed,
            _ => TcpState.Open,
        };
    }
}
