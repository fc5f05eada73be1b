using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace LbCore.Transport.Managed;

/// <summary>Is one attempt to connect over System.Net.Sockets.</summary>
internal sealed class ManagedDial : LoopTimer
{
    private readonly TaskCompletionSource<DialResult> _result = new();
    private readonly ManagedLoop _loop;
    private readonly EndPoint _remote;
    private readonly DialOptions _options;
    private readonly SocketAsyncEventArgs _connect = new();
    private Socket? _socket;
    private bool _ended;

    public ManagedDial(ManagedLoop loop, EndPoint remote, DialOptions options)
    {
        _loop = loop;
        _remote = remote;
        _options = options;
    }

    public ValueTask<DialResult> StartAsync()
    {
        _loop.PendingDials++;
        _loop.Add(this);
        Schedule(_loop, _options.Timeout);
        try
        {
            Connect();
        }
        catch (SocketException e)
        {
            End(Failure(e.SocketErrorCode));
        }

        return new ValueTask<DialResult>(_result.Task);
    }

    public void CancelNow() => End(new DialResult(DialStatus.Canceled, SocketError.OperationAborted));

    protected override void OnTimer() => End(new DialResult(DialStatus.TimedOut, SocketError.TimedOut));

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

    private void Connect()
    {
        var isUnix = _remote is UnixDomainSocketEndPoint;
        _socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(_remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (!isUnix && _options.LocalEndPoint is { } local)
        {
            _socket.Bind(local);
        }

        _connect.RemoteEndPoint = _remote;
        _connect.UserToken = this;
        _connect.Completed += static (_, args) => Post((ManagedDial)args.UserToken!);
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
        if (_ended)
        {
            _connect.Dispose();
            return;
        }

        var missing = _remote is UnixDomainSocketEndPoint && _connect.SocketError == SocketError.AddressNotAvailable;
        if (_connect.SocketError != SocketError.Success)
        {
            End(Failure(missing ? SocketError.ConnectionRefused : _connect.SocketError));
        }
        else if (_remote.Equals(_socket!.LocalEndPoint) && _remote is IPEndPoint)
        {
            // The simultaneous open of a socket with itself, when nothing listens on an ephemeral port.
            End(Failure(SocketError.ConnectionRefused));
        }
        else
        {
            var connection = new ManagedConnection(_loop, _socket);
            connection.Begin();
            End(new DialResult(connection));
        }

        _connect.Dispose();
    }

    private void End(in DialResult result)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Cancel();
        _loop.Remove(this);
        _loop.PendingDials--;
        if (result.Connection is null)
        {
            _socket?.Dispose();
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
