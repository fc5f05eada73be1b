using System.Net;
using System.Net.Sockets;

namespace LbCore.Transport;

/// <summary>Words the failure to bind, with its mend.</summary>
internal static class ListenFailure
{
    public static ListenException For(EndPoint endPoint, SocketError error, string message)
    {
        var address = TransportAddress.Format(endPoint);
        var obstacle = endPoint is UnixDomainSocketEndPoint unix ? UnixSocketFile.Obstacle(unix) : null;
        return new ListenException(
            obstacle is not null ? $"The address {address} could not be bound: {obstacle}" : error switch
            {
                SocketError.AddressAlreadyInUse => $"The address {address} is in use by another process. Stop that process or choose another address.",
                SocketError.AccessDenied when endPoint is IPEndPoint =>
                    $"The address {address} may not be bound by this user. Choose a port of 1024 or more, or grant CAP_NET_BIND_SERVICE.",
                SocketError.AccessDenied => $"The address {address} may not be bound: this user may not write to its folder. Choose another folder.",
                SocketError.AddressNotAvailable => $"The address {address} does not belong to this machine. Choose one of its own, or *:port for all.",
                _ => $"The address {address} could not be bound: {message}.",
            },
            error);
    }
}
