using System;
using System.Net;
using System.Runtime.CompilerServices;

namespace LbCore.Transport.Epoll;

/// <summary>Is a connection whose reads and writes are system calls of its loop.</summary>
internal sealed unsafe class EpollConnection : SocketConnection, IEpollSource
{
    private const uint PeerEnded = Libc.EPOLLRDHUP | Libc.EPOLLHUP | Libc.EPOLLERR;

    private readonly PeerAddress _accepted;
    private readonly int _descriptor;

    // The dial while it runs, then the address that was dialled: there may be very many connections, and eight bytes count.
    private object? _dialOrRemote;
    private bool _dialling;
    private bool _readToEnd;

    /// <summary>Initializes an accepted connection.</summary>
    public EpollConnection(EpollLoop loop, int descriptor, in PeerAddress peer, bool isUnix)
        : this(loop, descriptor, in peer, isUnix, isDialled: false)
    {
    }

    /// <summary>Initializes a connection that is being dialled.</summary>
    public EpollConnection(EpollLoop loop, int descriptor, bool isUnix, EpollDial dial)
        : this(loop, descriptor, default, isUnix, isDialled: true)
    {
        _dialOrRemote = dial;
        _dialling = true;
    }

    private EpollConnection(EpollLoop loop, int descriptor, in PeerAddress peer, bool isUnix, bool isDialled)
        : base(loop, isDialled)
    {
        _descriptor = descriptor;
        _accepted = peer;
        Writable = true;

        // A unix socket may end a receive early where descriptors were passed along.
        _readToEnd = isUnix;
        loop.ConnectionOpened();
    }

    public int Descriptor => _descriptor;

    public override EndPoint? LocalEndPoint
    {
        get
        {
            if (IsClosed)
            {
                return null;
            }

            var address = stackalloc byte[SocketAddress.MaxLength];
            var length = SocketAddress.MaxLength;
            return Libc.GetSocketName(_descriptor, address, &length) == 0 ? SocketAddress.ToEndPoint(address, length) : null;
        }
    }

    public override EndPoint? RemoteEndPoint => _dialOrRemote switch
    {
        EpollDial dial => dial.Remote,
        EndPoint remote => remote,
        _ => _accepted.ToEndPoint(),
    };

    public override ulong RemoteNetwork => _dialOrRemote is null ? _accepted.Network : base.RemoteNetwork;

    /// <inheritdoc/>
    public override UInt128 RemoteAddress => _dialOrRemote is null ? _accepted.Address : base.RemoteAddress;

    protected override long BytesInKernel => Libc.CountUndelivered(_descriptor);

    private EpollLoop EpollLoop => Unsafe.As<EpollLoop>(OwnLoop);

    public void OnEvents(uint events)
    {
        if (_dialling)
        {
            // The dial looks at the socket's error itself, and hands the connection out when there is none.
            ((EpollDial)_dialOrRemote!).OnEvents(events);
            return;
        }

        OnConnectedEvents(events);
    }

    /// <summary>Ends the dialling phase.</summary>
    public void Connected(EndPoint remote, uint events)
    {
        _dialling = false;
        _dialOrRemote = remote;
        OnConnectedEvents(events & ~Libc.EPOLLOUT);
    }

    internal override int Receive(byte* target, int length)
    {
        var received = SocketCalls.Receive(_descriptor, target, length);
        if (received > 0)
        {
            // A short read has drained the socket, and the next bytes make a new edge; but an end or an error that has
            // been announced makes none.
            if (received < length && !_readToEnd)
            {
                Readable = false;
            }

            return (int)received;
        }

        if (received == 0)
        {
            return EndReceived();
        }

        switch (EpollLoop.Error)
        {
            case Libc.EAGAIN:
                Readable = false;
                return WouldBlock;
            case Libc.ECONNRESET:
            case Libc.EPIPE:
                return ReceiveFailed(CloseReason.PeerReset);
            default:
                return ReceiveFailed(CloseReason.NetworkError);
        }
    }

    internal override int Send(byte* source, int length) =>
        Sent(SocketCalls.Send(_descriptor, source, length), length);

    internal override int SendPieces(ref SendVector pieces, int count)
    {
        var vectors = stackalloc Libc.IoVector[SendVector.Capacity];
        nint total = 0;
        for (var i = 0; i < count; i++)
        {
            vectors[i].Base = pieces[i].Pin.Pointer;
            vectors[i].Length = (nuint)pieces[i].Length;
            total += pieces[i].Length;
        }

        var message = default(Libc.MessageHeader);
        message.Vectors = vectors;
        message.VectorCount = (nuint)count;
        return Sent(Libc.SendMessage(_descriptor, &message, Libc.MSG_NOSIGNAL), total);
    }

    internal override void SendFin() => _ = Libc.Shutdown(_descriptor, Libc.SHUT_WR);

    protected override void CloseSocket(bool reset)
    {
        if (reset)
        {
            var linger = new Libc.Linger { OnOff = 1, Seconds = 0 };
            _ = Libc.SetSocketOption(_descriptor, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, sizeof(Libc.Linger));
        }

        EpollLoop.Close(_descriptor);
        if (_dialling)
        {
            _dialling = false;
            ((EpollDial)_dialOrRemote!).OnConnectionClosed();
        }
    }

    private int Sent(nint sent, nint length)
    {
        if (sent >= 0)
        {
            // A short send has filled the socket; room makes a new edge.
            if (sent < length)
            {
                Writable = false;
            }

            return (int)sent;
        }

        switch (EpollLoop.Error)
        {
            case Libc.EAGAIN:
                Writable = false;
                return WouldBlock;
            case Libc.ECONNRESET:
            case Libc.EPIPE:
                return SendFailed(CloseReason.PeerReset);
            default:
                return SendFailed(CloseReason.NetworkError);
        }
    }

    private void OnConnectedEvents(uint events)
    {
        if ((events & (PeerEnded | Libc.EPOLLPRI)) != 0)
        {
            // Urgent data ends a receive early too, without draining the socket.
            _readToEnd = true;
            if ((events & Libc.EPOLLERR) != 0)
            {
                PeerChanged(PeerState.Reset);
            }
            else if ((events & PeerEnded) != 0)
            {
                PeerChanged(PeerState.SendClosed);
            }
        }

        if ((events & (Libc.EPOLLOUT | Libc.EPOLLERR | Libc.EPOLLHUP)) != 0)
        {
            Writable = true;
            Writer.Resume();
            if (IsClosed)
            {
                return;
            }
        }

        if ((events & (Libc.EPOLLIN | PeerEnded | Libc.EPOLLPRI)) != 0)
        {
            Readable = true;
            Reader.Resume();
        }
    }
}
