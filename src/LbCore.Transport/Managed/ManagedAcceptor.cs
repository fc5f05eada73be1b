using System.Net.Sockets;
using LbCore.Transport.Diagnostics;

namespace LbCore.Transport.Managed;

/// <summary>Accepts on one socket for all loops, and gives each connection to the loop that has the fewest.</summary>
/// <remarks>System.Net.Sockets tells of an arrival only by accepting it, so one accept is pending while nobody comes.</remarks>
internal sealed class ManagedAcceptor : LoopAcceptor
{
    private readonly ManagedLoop _loop;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _accept = new();

    public ManagedAcceptor(ManagedLoop loop, LoopListener listener, Socket socket)
        : base(loop, listener)
    {
        _loop = loop;
        _socket = socket;
        _accept.UserToken = this;
        _accept.Completed += static (_, args) => ((ManagedAcceptor)args.UserToken!).PostAccepted();
    }

    protected override bool TryOpen()
    {
        _loop.Add(this);
        AcceptAll();
        return true;
    }

    protected override void RefuseArrivals()
    {
        if (_socket.AddressFamily != AddressFamily.Unix)
        {
            ArrivalFilter.Attach((int)_socket.Handle);
        }
    }

    protected override void CloseSocket()
    {
        _loop.Remove(this);
        _socket.Dispose();
    }

    protected override AcceptResult Accept(out SocketError error)
    {
        if (IsStopping)
        {
            return AcceptNow(out error);
        }

        _accept.AcceptSocket = null;
        if (_socket.AcceptAsync(_accept))
        {
            error = SocketError.Success;
            return AcceptResult.Pending;
        }

        return Take(out error);
    }

    private static AcceptResult Sort(SocketError error) => error switch
    {
        SocketError.WouldBlock => AcceptResult.NothingWaits,

        // accept(2) passes the network errors of the new connection on, and what a firewall says to it.
        SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted or SocketError.TimedOut
            or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable
            or SocketError.AccessDenied or SocketError.ProtocolOption or SocketError.OperationNotSupported => AcceptResult.Gone,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => AcceptResult.Shortage,
        _ => AcceptResult.Broken,
    };

    /// <summary>Takes what waits in the backlog, beside an accept that is pending. The socket is non-blocking.</summary>
    private AcceptResult AcceptNow(out SocketError error)
    {
        try
        {
            Place(_socket.Accept());
            error = SocketError.Success;
            return AcceptResult.Accepted;
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
            return Sort(error);
        }
    }

    private AcceptResult Take(out SocketError error)
    {
        error = _accept.SocketError;
        if (error != SocketError.Success || _accept.AcceptSocket is not { } socket)
        {
            return Sort(error);
        }

        Place(socket);
        return AcceptResult.Accepted;
    }

    private void PostAccepted()
    {
        if (!_loop.Post(static state => ((ManagedAcceptor)state!).OnAccepted(), this))
        {
            _accept.AcceptSocket?.Dispose();
            Listener.LeavePlace();
            Listener.OnAcceptorStopped();
        }
    }

    private void OnAccepted() => EndPending(Take(out var error), error);

    private void Place(Socket socket)
    {
        DescriptorWatch.Opened(_loop.Engine, socket);
        var target = (ManagedLoop)Place((int)socket.Handle);
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            try
            {
                socket.NoDelay = true;
            }
            catch (SocketException)
            {
                // Reset already; its first read says so.
            }
        }

        var handover = new ManagedHandover(Listener, target, socket);
        if (ReferenceEquals(target, _loop))
        {
            handover.Adopt();
        }
        else
        {
            HandOver(target, handover);
        }
    }

    private sealed class ManagedHandover(LoopListener listener, ManagedLoop target, Socket socket) : Handover(target)
    {
        public override void Adopt()
        {
            if (target.IsStopping)
            {
                socket.Dispose();
                listener.OnConnectionEnded();
                return;
            }

            var connection = new ManagedConnection(target, socket);
            connection.Begin();
            listener.Serve(connection);
        }

        public override void Drop() => socket.Dispose();
    }
}
