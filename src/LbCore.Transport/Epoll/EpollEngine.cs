using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LbCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LbCore.Transport.Epoll;

/// <summary>Runs epoll loops, each with its own SO_REUSEPORT socket for every listener.</summary>
internal sealed unsafe class EpollEngine : LoopEngine
{
    private EpollEngine(TransportOptions options, string reason, ILogger logger)
        : base(options, reason, logger)
    {
    }

    public override string Name => "epoll";

    public static EpollEngine Start(TransportOptions options, string reason, ILogger logger)
    {
        var engine = new EpollEngine(options, reason, logger);
        engine.Start([.. Enumerable.Range(0, options.Loops).Select(i => new EpollLoop(engine, i, options))]);
        return engine;
    }

    private protected override (LoopListener Listener, IAcceptor[] Acceptors) Bind(ListenOptions options, IConnectionHandler handler)
    {
        var isUnix = options.EndPoint is UnixDomainSocketEndPoint;
        var endPoint = options.EndPoint;
        if (!isUnix)
        {
            // SO_REUSEPORT would let a second process of the same user share the port in silence. A socket without it
            // finds out whether anybody is there.
            _ = Libc.Close(BindSocket(endPoint, reusePort: false));
        }

        // One socket a loop for IP. A unix path has one socket; its connections are spread by hand-over.
        var descriptors = new int[isUnix ? 1 : Loops.Count];
        Array.Fill(descriptors, -1);
        try
        {
            for (var i = 0; i < descriptors.Length; i++)
            {
                descriptors[i] = isUnix ? BindUnix((UnixDomainSocketEndPoint)endPoint) : BindSocket(endPoint, reusePort: true);

                // Port 0: the first socket finds the port, the others share it.
                endPoint = i == 0 && !isUnix ? BoundAddress(descriptors[0], endPoint) : endPoint;
            }

            foreach (var descriptor in descriptors)
            {
                if (Libc.Listen(descriptor, options.Backlog) != 0)
                {
                    throw Failure(endPoint, Marshal.GetLastPInvokeError());
                }
            }
        }
        catch
        {
            foreach (var descriptor in descriptors.Where(static d => d >= 0))
            {
                _ = Libc.Close(descriptor);
            }

            throw;
        }

        var listener = new LoopListener(this, endPoint, handler, options.MaxConnections);
        var acceptors = descriptors.Select((d, i) => new EpollAcceptor((EpollLoop)Loops[i], listener, d, isUnix));
        return (listener, [.. acceptors]);
    }

    private int BindSocket(EndPoint endPoint, bool reusePort)
    {
        var address = SocketAddress.From(endPoint);
        var descriptor = Open(endPoint, address.Family);

        // Connections inherit TCP_NODELAY from their listener, which saves a system call for each.
        Libc.SetOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);
        Libc.SetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        if (reusePort)
        {
            Libc.SetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1);
        }

        if (address.Family == Libc.AF_INET6)
        {
            Libc.SetOption(descriptor, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, ((IPEndPoint)endPoint).Address.Equals(IPAddress.IPv6Any) ? 0 : 1);
        }

        return BindOrClose(descriptor, ref address, endPoint);
    }

    private int BindUnix(UnixDomainSocketEndPoint endPoint)
    {
        UnixSocketFile.RemoveStale(endPoint);
        var address = SocketAddress.From(endPoint);
        return BindOrClose(Open(endPoint, address.Family), ref address, endPoint);
    }

    private int Open(EndPoint endPoint, int family)
    {
        var descriptor = Libc.Socket(family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (descriptor < 0)
        {
            throw Failure(endPoint, Marshal.GetLastPInvokeError());
        }

        DescriptorWatch.Opened(this, descriptor);
        return descriptor;
    }

    private static int BindOrClose(int descriptor, ref SocketAddress address, EndPoint endPoint)
    {
        if (address.Bind(descriptor) == 0)
        {
            return descriptor;
        }

        var error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);
        throw Failure(endPoint, error);
    }

    private static EndPoint BoundAddress(int descriptor, EndPoint asked)
    {
        var bytes = stackalloc byte[SocketAddress.MaxLength];
        var length = SocketAddress.MaxLength;
        return Libc.GetSocketName(descriptor, bytes, &length) == 0 && SocketAddress.ToEndPoint(bytes, length) is IPEndPoint bound
            ? new IPEndPoint(((IPEndPoint)asked).Address, bound.Port)
            : asked;
    }

    private static ListenException Failure(EndPoint endPoint, int error) =>
        ListenFailure.For(endPoint, EpollErrors.ToSocketError(error), new System.ComponentModel.Win32Exception(error).Message);
}
