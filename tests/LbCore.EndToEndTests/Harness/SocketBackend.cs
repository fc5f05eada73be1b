using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a backend inside the test: every connection is served by a function.</summary>
internal sealed class SocketBackend : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _accepted;

    private SocketBackend(Func<Socket, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        _accepting = AcceptAsync();
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"{_listener.LocalEndPoint}");

    public int Accepted => Volatile.Read(ref _accepted);

    public static SocketBackend Start(Func<Socket, CancellationToken, Task> serve) => new(serve);

    /// <summary>Starts a backend that sends everything back, FIN included.</summary>
    public static SocketBackend StartEcho() => new(EchoAsync);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (var (socket, serving) in _connections)
        {
            socket.Dispose();
            await serving;
        }

        _stopping.Dispose();
    }

    private static async Task EchoAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await socket.SendAllAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                socket.NoDelay = true;
                Interlocked.Increment(ref _accepted);
                var serving = ServeAsync(socket);
                if (!serving.IsCompleted)
                {
                    _connections[socket] = serving;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await _serve(socket, _stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other end is gone or the test is over; what that means is for the client's side of the test to judge.
        }
        finally
        {
            socket.Dispose();
            _connections.TryRemove(socket, out _);
        }
    }
}
