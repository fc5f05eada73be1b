using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.Transport.Diagnostics;
using LbCore.Transport.Epoll;

namespace LbCore.Transport.Managed;

/// <summary>Is one attempt to connect over System.Net.Sockets.</summary>
internal sealed class ManagedDial : LoopTimer
{
    // A unix socket whose backlog is full announces no room, and nobody a free descriptor: both have to be tried again.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    private readonly TaskCompletionSource<DialResult> _result = new();
    private readonly ManagedLoop _loop;
    private readonly EndPoint _remote;
    private readonly DialOptions _options;
    private readonly SocketAsyncEventArgs _connect = new();
    private Socket? _socket;
    private long _deadline;
    private bool _connecting;
    private bool _claimsDescriptor;
    private bool _ended;

    public ManagedDial(ManagedLoop loop, EndPoint remote, DialOptions options)
    {
        _loop = loop;
        _remote = remote;
        _options = options;
    }

    public ValueTask<DialResult> StartAsync()
    {
        _deadline = _loop.ReadClock() + (long)_options.Timeout.TotalMilliseconds;
        _loop.PendingDials++;
        _loop.Add(this);
        _connect.RemoteEndPoint = _remote;
        _connect.UserToken = this;
        _connect.Completed += static (_, args) => Post((ManagedDial)args.UserToken!);
        Schedule(_loop, _options.Timeout);
        Try();
        return new ValueTask<DialResult>(_result.Task);
    }

    public void CancelNow() => End(new DialResult(DialStatus.Canceled, SocketError.OperationAborted));

    protected override void OnTimer()
    {
        var wantedDescriptor = EndClaim();
        if (_loop.ReadClock() >= _deadline)
        {
            End(wantedDescriptor
                ? new DialResult(DialStatus.OutOfResources, SocketError.TooManyOpenSockets)
                : new DialResult(DialStatus.TimedOut, SocketError.TimedOut));
            return;
        }

        Schedule(_loop, Left());
        Try();
    }

    private static DialResult Failure(SocketError error) => new(
        error switch
        {
            SocketError.ConnectionRefused or SocketError.ConnectionReset => DialStatus.Refused,
            SocketError.TimedOut => DialStatus.TimedOut,
            SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown => DialStatus.Unreachable,
            SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => DialStatus.NoLocalPort,
            SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => DialStatus.OutOfResources,
            SocketError.OperationAborted => DialStatus.Canceled,
            _ => DialStatus.Failed,
        },
        error);

    private void Try()
    {
        try
        {
            Connect();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TooManyOpenSockets)
        {
            // Before somebody is accepted who would want two more.
            _claimsDescriptor = true;
            DescriptorHeadroom.Claim();
            Retry();
        }
        catch (SocketException e)
        {
            End(Failure(e.SocketErrorCode));
        }
    }

    private void Connect()
    {
        var isUnix = _remote is UnixDomainSocketEndPoint;
        _socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(_remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (DescriptorHeadroom.IsForRuntime((int)_socket.Handle))
        {
            _socket.Dispose();
            _socket = null;
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        DescriptorWatch.Opened(_loop.Engine, _socket);
        if (!isUnix && _options.LocalEndPoint is { } local)
        {
            _socket.Bind(local);
        }

        _connecting = true;
        if (!_socket.ConnectAsync(_connect))
        {
            Post(this);
        }
    }

    private static void Post(ManagedDial dial)
    {
        // With the loop gone nobody awaits the dial; what is left is the socket.
        if (!dial._loop.Post(static state => ((ManagedDial)state!).OnConnected(), dial))
        {
            dial._socket!.Dispose();
        }
    }

    private void OnConnected()
    {
        _connecting = false;
        if (_ended)
        {
            _connect.Dispose();
            return;
        }

        switch (_connect.SocketError)
        {
            // The simultaneous open of a socket with itself, when nothing listens on an ephemeral port.
            case SocketError.Success when _remote is IPEndPoint && _remote.Equals(_socket!.LocalEndPoint):
                End(Failure(SocketError.ConnectionRefused));
                break;
            case SocketError.Success:
                Connected(isReset: false);
                break;

            // It came after the connection stood, and bytes may have come before it.
            case SocketError.ConnectionReset or SocketError.Shutdown when _remote is IPEndPoint:
                Connected(isReset: true);
                break;
            case SocketError.WouldBlock when _remote is UnixDomainSocketEndPoint:
                _socket!.Dispose();
                _socket = null;
                Retry();
                break;
            case SocketError.AddressNotAvailable when _remote is UnixDomainSocketEndPoint:
                End(Failure(SocketError.ConnectionRefused));
                break;
            default:
                End(Failure(_connect.SocketError));
                break;
        }
    }

    private void Connected(bool isReset)
    {
        var connection = new ManagedConnection(_loop, _socket!, _remote);
        connection.Begin(isReset);
        End(new DialResult(connection));
    }

    private TimeSpan Left() => TimeSpan.FromMilliseconds(Math.Max(0, _deadline - _loop.ReadClock()));

    private void Retry()
    {
        var left = Left();
        Schedule(_loop, left < RetryInterval ? left : RetryInterval);
    }

    /// <summary>Ends the wait for a descriptor. True when there was one.</summary>
    private bool EndClaim()
    {
        var claimed = _claimsDescriptor;
        _claimsDescriptor = false;
        if (claimed)
        {
            DescriptorHeadroom.Yield();
        }

        return claimed;
    }

    private void End(in DialResult result)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Cancel();
        EndClaim();
        _loop.Remove(this);
        _loop.PendingDials--;
        if (result.Connection is null)
        {
            _socket?.Dispose();
        }

        if (!_connecting)
        {
            _connect.Dispose();
        }

        // From the run queue, whoever ended it: the frame of an abort must not run somebody's continuation.
        var completion = new Completion(_result, result);
        _loop.Post(new WorkItem(completion));
    }

    private sealed class Completion(TaskCompletionSource<DialResult> source, DialResult result) : ILoopWorkItem
    {
        public void Execute() => source.SetResult(result);
    }
}
