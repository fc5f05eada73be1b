using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using LbCore.Transport.Diagnostics;

namespace LbCore.Transport.Epoll;

/// <summary>Is one attempt to connect. Pooled by its loop.</summary>
internal sealed unsafe class EpollDial : LoopTimer, IValueTaskSource<DialResult>
{
    // connect(2) on a unix socket whose backlog is full says EAGAIN and announces nothing: it has to be tried again. So has
    // socket(2) when no descriptor is left.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    // The kernel picks source ports from here on by default; only there can a socket meet itself.
    private const int FirstEphemeralPort = 1024;

    private readonly EpollLoop _loop;
    private AwaitSlot _slot;
    private DialResult _result;
    private EpollConnection? _connection;
    private EndPoint? _remote;
    private DialOptions _options = DialOptions.Default;
    private long _deadline;
    private bool _claimsDescriptor;

    public EpollDial(EpollLoop loop) => _loop = loop;

    public EpollDial? NextFree { get; set; }

    public EndPoint? Remote => _remote;

    public ValueTask<DialResult> StartAsync(EndPoint endPoint, DialOptions options)
    {
        _remote = endPoint;
        _options = options;
        _deadline = _loop.ReadClock() + (long)options.Timeout.TotalMilliseconds;
        _loop.PendingDials++;
        if (Connect())
        {
            return new ValueTask<DialResult>(End());
        }

        return new ValueTask<DialResult>(this, _slot.Begin());
    }

    public void OnEvents(uint events)
    {
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLERR | Libc.EPOLLHUP)) == 0)
        {
            return;
        }

        var error = 0;
        var length = sizeof(int);
        _ = Libc.GetSocketOption(_connection!.Descriptor, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length);
        if (error is Libc.ECONNRESET or Libc.EPIPE)
        {
            // A reset is another matter: it came after the connection stood, and bytes may have come before it. It may have
            // come after this event, too, and its error has been taken now: the kernel would go on to report a plain end.
            events |= Libc.EPOLLERR | Libc.EPOLLIN;
            error = 0;
        }

        if (error != 0)
        {
            Fail(error);
        }
        else if (IsConnectedToItself())
        {
            Fail(Libc.ECONNREFUSED);
        }
        else
        {
            _result = new DialResult(_connection);
        }

        var connection = _connection;
        var connected = _result.Connection is not null;
        if (connected)
        {
            connection.Connected(_remote!, events);
        }

        Cancel();
        _slot.Signal();
    }

    /// <summary>Ends the attempt because the loop stops.</summary>
    public void CancelNow()
    {
        if (_slot.IsPending && _result == default)
        {
            Cancel();
            EndRetry();
            _result = new DialResult(DialStatus.Canceled, SocketError.OperationAborted);
            _loop.Post(static state => ((EpollDial)state!)._slot.Signal(), this);
        }
    }

    /// <summary>Ends the attempt because its connection was aborted: the loop stops.</summary>
    public void OnConnectionClosed()
    {
        _connection = null;
        CancelNow();
    }

    DialResult IValueTaskSource<DialResult>.GetResult(short token)
    {
        _slot.End(token);
        return End();
    }

    ValueTaskSourceStatus IValueTaskSource<DialResult>.GetStatus(short token) => _slot.GetStatus(token);

    void IValueTaskSource<DialResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_slot.OnCompleted(continuation, state, token, flags))
        {
            _loop.Post(static self => ((EpollDial)self!)._slot.RunContinuation(), this);
        }
    }

    protected override void OnTimer()
    {
        var wantedDescriptor = EndRetry();
        if (_loop.ReadClock() >= _deadline)
        {
            _result = wantedDescriptor
                ? new DialResult(DialStatus.OutOfResources, SocketError.TooManyOpenSockets)
                : new DialResult(DialStatus.TimedOut, SocketError.TimedOut);
        }
        else if (_connection is not null || !Connect())
        {
            return;
        }

        Drop(CloseReason.Disposed);
        _slot.Signal();
    }

    /// <summary>Makes the socket and connects. True when the result is there at once.</summary>
    private bool Connect()
    {
        var address = SocketAddress.From(_remote!);
        var isUnix = address.Family == Libc.AF_UNIX;
        var descriptor = Libc.Socket(address.Family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (descriptor < 0)
        {
            return !CanWaitFor(Marshal.GetLastPInvokeError());
        }

        if (DescriptorHeadroom.IsForRuntime(descriptor))
        {
            _ = Libc.Close(descriptor);
            return !CanWaitFor(Libc.EMFILE);
        }

        DescriptorWatch.Opened(_loop.Engine, descriptor);
        var error = isUnix ? 0 : Prepare(descriptor);
        if (error != 0)
        {
            _ = Libc.Close(descriptor);
            Fail(error);
            return true;
        }

        error = address.Connect(descriptor) == 0 ? 0 : _loop.Error;
        if (isUnix && error == Libc.EAGAIN)
        {
            _ = Libc.Close(descriptor);
            Retry();
            return false;
        }

        if (error is not 0 and not Libc.EINPROGRESS)
        {
            _ = Libc.Close(descriptor);
            Fail(error);
            return true;
        }

        var connection = new EpollConnection(_loop, descriptor, isUnix, this);
        if (!_loop.Add(descriptor, connection))
        {
            connection.Abort(CloseReason.NetworkError);
            Fail(Libc.ENOMEM);
            return true;
        }

        _connection = connection;
        if (error == 0)
        {
            _result = new DialResult(connection);
            connection.Connected(_remote!, 0);
            return true;
        }

        Schedule(_loop, Left());
        return false;
    }

    /// <summary>Waits for a descriptor, which comes when a connection ends. Any other error ends the attempt.</summary>
    private bool CanWaitFor(int error)
    {
        if (error is not (Libc.EMFILE or Libc.ENFILE))
        {
            Fail(error);
            return false;
        }

        // Before somebody is accepted who would want two more.
        _claimsDescriptor = true;
        DescriptorHeadroom.Claim();
        Retry();
        return true;
    }

    private TimeSpan Left() => TimeSpan.FromMilliseconds(Math.Max(0, _deadline - _loop.ReadClock()));

    private void Retry()
    {
        _loop.SetRetrying(this, true);
        var left = Left();
        Schedule(_loop, left < RetryInterval ? left : RetryInterval);
    }

    /// <summary>Ends the wait for another try. True when it was a wait for a descriptor.</summary>
    private bool EndRetry()
    {
        _loop.SetRetrying(this, false);
        var claimed = _claimsDescriptor;
        _claimsDescriptor = false;
        if (claimed)
        {
            DescriptorHeadroom.Yield();
        }

        return claimed;
    }

    private int Prepare(int descriptor)
    {
        Libc.SetOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);
        if (_options.LocalEndPoint is not { } local)
        {
            return 0;
        }

        // Without this the bind takes a port for itself alone; with it the port is chosen at connect, and may be shared
        // by connections to different addresses (ip(7)).
        Libc.SetOption(descriptor, Libc.IPPROTO_IP, Libc.IP_BIND_ADDRESS_NO_PORT, 1);
        var address = SocketAddress.From(local);
        if (address.Bind(descriptor) == 0)
        {
            return 0;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == Libc.EADDRINUSE ? Libc.EADDRNOTAVAIL : error;
    }

    /// <summary>Notices the simultaneous open of a socket with itself, when nothing listens on an ephemeral port.</summary>
    private bool IsConnectedToItself() =>
        _remote is IPEndPoint { Port: >= FirstEphemeralPort } remote
        && IPAddress.IsLoopback(remote.Address)
        && remote.Equals(_connection!.LocalEndPoint);

    private void Fail(int error)
    {
        _result = new DialResult(
            error switch
            {
                Libc.ECONNREFUSED or Libc.ECONNRESET or ENOENT => DialStatus.Refused,
                Libc.ETIMEDOUT => DialStatus.TimedOut,
                Libc.ENETUNREACH or Libc.EHOSTUNREACH or Libc.ENETDOWN or Libc.EHOSTDOWN => DialStatus.Unreachable,
                Libc.EADDRNOTAVAIL => DialStatus.NoLocalPort,
                Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS => DialStatus.OutOfResources,
                _ => DialStatus.Failed,
            },
            EpollErrors.ToSocketError(error));
        Drop(CloseReason.NetworkError);
    }

    private void Drop(CloseReason reason)
    {
        if (_result.Connection is null)
        {
            var connection = _connection;
            _connection = null;
            connection?.Abort(reason);
        }
    }

    private DialResult End()
    {
        var result = _result;
        _result = default;
        _connection = null;
        _remote = null;
        _loop.PendingDials--;
        _loop.Recycle(this);
        return result;
    }

    // A unix path without a socket behind it is a backend that is not there.
    private const int ENOENT = 2;
}
