using System.Net;
using System.Net.Sockets;

namespace LbCore.Transport;

/// <summary>Words the failure to bind, with its mend.</summary>
internal static class ListenFailure
{
    public static ListenException For(EndPoint endPoint, SocketError error, string message)
    {
        var address = TransportAddress.Format(endPoint);
        return new ListenException(
            error switch
            {
                SocketError.AddressAlreadyInUse => $"The address {address} is in use by another process. Stop that process or choose another address.",
                SocketError.AccessDenied => $"The address {address} may not be bound by this user. Ports below 1024 need CAP_NET_BIND_SERVICE.",
                SocketError.AddressNotAvailable => $"The address {address} does not belong to this machine. Choose one of its own, or *:port for all.",
                _ => $"The address {address} could not be bound: {message}.",
            },
            error);
    }
}
