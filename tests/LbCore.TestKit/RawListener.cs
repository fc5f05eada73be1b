using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit;

/// <summary>A plain listening socket on a free port that accepts only when asked to.</summary>
public sealed class RawListener : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationToken _token;

    public RawListener(CancellationToken token, EndPoint? endPoint = null, int backlog = 128, int bufferSize = 0)
    {
        _token = token;
        endPoint ??= new IPEndPoint(IPAddress.Loopback, 0);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        if (bufferSize > 0)
        {
            // Accepted sockets inherit them.
            _socket.ReceiveBufferSize = bufferSize;
            _socket.SendBufferSize = bufferSize;
        }

        _socket.Bind(endPoint);
        _socket.Listen(backlog);
        EndPoint = _socket.LocalEndPoint!;
    }

    public EndPoint EndPoint { get; }

    public async Task<RawClient> AcceptAsync() => new(await _socket.AcceptAsync(_token).ConfigureAwait(false), _token);

    /// <summary>Returns an address where nothing listens.</summary>
    public static IPEndPoint RefusingEndPoint()
    {
        using var probe = new RawListener(CancellationToken.None);
        return (IPEndPoint)probe.EndPoint;
    }

    public void Dispose() => _socket.Dispose();
}
