using System.Net.Sockets;
using LbCore.Transport.Diagnostics;

namespace LbCore.Transport.Epoll;

/// <summary>Accepts on one loop, and hands a connection to another one, before its first read, where that evens them out.</summary>
internal sealed unsafe class EpollAcceptor : LoopAcceptor, IEpollSource
{
    private const int AcceptFlags = Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;

    private readonly EpollLoop _loop;
    private readonly int _descriptor;
    private readonly bool _isUnix;

    public EpollAcceptor(EpollLoop loop, LoopListener listener, int descriptor, bool isUnix)
        : base(loop, listener)
    {
        _loop = loop;
        _descriptor = descriptor;
        _isUnix = isUnix;
    }

    public void OnEvents(uint events) => AcceptAll();

    protected override bool TryOpen() => _loop.Add(_descriptor, this, Libc.EPOLLIN);

    protected override void RefuseArrivals()
    {
        if (!_isUnix)
        {
            ArrivalFilter.Attach(_descriptor);
        }
    }

    protected override void CloseSocket() => _loop.Close(_descriptor);

    protected override AcceptResult Accept(out SocketError error)
    {
        var address = stackalloc byte[SocketAddress.MaxLength];
        var length = SocketAddress.MaxLength;
        var descriptor = Libc.Accept(_descriptor, address, &length, AcceptFlags);
        if (descriptor < 0)
        {
            var number = _loop.Error;
            error = EpollErrors.ToSocketError(number);
            return Sort(number);
        }

        DescriptorWatch.Opened(_loop.Engine, descriptor);
        error = SocketError.Success;
        var peer = new PeerAddress(address, length);
        var target = (EpollLoop)Place(descriptor);
        if (ReferenceEquals(target, _loop))
        {
            Adopt(_loop, descriptor, peer);
        }
        else
        {
            HandOver(target, new EpollHandover(this, target, descriptor, peer));
        }

        return AcceptResult.Accepted;
    }

    private static AcceptResult Sort(int error)
    {
        switch (error)
        {
            case Libc.EAGAIN:
                return AcceptResult.NothingWaits;

            // accept(2) passes the network errors of the new connection on.
            case Libc.EINTR or Libc.ECONNABORTED or Libc.EPROTO or Libc.ENETDOWN or Libc.EHOSTDOWN or Libc.EHOSTUNREACH or Libc.ENETUNREACH or Libc.ECONNRESET or Libc.ETIMEDOUT
                or Libc.EPERM or Libc.ENONET or Libc.ENOPROTOOPT or Libc.EOPNOTSUPP:
                return AcceptResult.Gone;
            case Libc.EMFILE or Libc.ENFILE or Libc.ENOBUFS or Libc.ENOMEM:
                return AcceptResult.Shortage;
            default:
                return AcceptResult.Broken;
        }
    }

    private void Adopt(EpollLoop loop, int descriptor, in PeerAddress peer)
    {
        var connection = new EpollConnection(loop, descriptor, peer, _isUnix);
        if (!loop.IsStopping && loop.Add(descriptor, connection))
        {
            Listener.Serve(connection);
            return;
        }

        connection.Abort(CloseReason.NetworkError);
        Listener.OnConnectionEnded();
    }

    private sealed class EpollHandover(EpollAcceptor acceptor, EpollLoop target, int descriptor, PeerAddress peer) : Handover(target)
    {
        public override void Adopt() => acceptor.Adopt(target, descriptor, peer);

        public override void Drop() => _ = Libc.Close(descriptor);
    }
}
