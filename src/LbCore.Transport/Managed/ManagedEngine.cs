using System.Linq;
using System.Net;
using System.Net.Sockets;
using LbCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LbCore.Transport.Managed;

/// <summary>
/// Runs loops over System.Net.Sockets: the reference for the contract, and the engine of systems that have no own one.
/// </summary>
internal sealed class ManagedEngine : LoopEngine
{
    private ManagedEngine(TransportOptions options, string reason, ILogger logger)
        : base(options, reason, logger)
    {
    }

    public override string Name => "managed";

    public static ManagedEngine Start(TransportOptions options, string reason, ILogger logger)
    {
        var engine = new ManagedEngine(options, reason, logger);
        engine.Start([.. Enumerable.Range(0, options.Loops).Select(i => new ManagedLoop(engine, i, options))]);
        return engine;
    }

    private protected override (LoopListener Listener, IAcceptor[] Acceptors) Bind(ListenOptions options, IConnectionHandler handler)
    {
        // One socket for all loops: SO_REUSEPORT does not spread on every system. Hand-over does.
        var socket = Bind(options.EndPoint);
        try
        {
            socket.Listen(options.Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw ListenFailure.For(options.EndPoint, e.SocketErrorCode, e.Message);
        }

        var endPoint = options.EndPoint is IPEndPoint asked && socket.LocalEndPoint is IPEndPoint bound
            ? new IPEndPoint(asked.Address, bound.Port)
            : options.EndPoint;
        var listener = new LoopListener(this, endPoint, handler, options.MaxConnections);
        return (listener, [new ManagedAcceptor((ManagedLoop)Loops[0], listener, socket)]);
    }

    private Socket Bind(EndPoint endPoint)
    {
        if (endPoint is UnixDomainSocketEndPoint unix)
        {
            UnixSocketFile.RemoveStale(unix);
        }

        Socket? socket = null;
        try
        {
            socket = endPoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            DescriptorWatch.Opened(this, socket);
            if (endPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } v6)
            {
                socket.DualMode = v6.Address.Equals(IPAddress.IPv6Any);
            }

            socket.Blocking = false;
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw ListenFailure.For(endPoint, e.SocketErrorCode, e.Message);
        }
    }
}
