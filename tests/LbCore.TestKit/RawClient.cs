using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit;

/// <summary>One end of a plain socket, in full control of what goes over the wire and when; also an accepted one.</summary>
/// <remarks>Every wait ends with the token that was given at the start, so that a test that hangs fails.</remarks>
public sealed class RawClient : IDisposable
{
    private readonly CancellationToken _token;
    private Stream? _secured;
    private NetworkStream? _plain;

    internal RawClient(Socket socket, CancellationToken token)
    {
        Socket = socket;
        _token = token;

        // Now, because a socket that has sent its FIN gives no stream any more.
        _plain = socket.Connected ? new NetworkStream(socket, ownsSocket: false) : null;
    }

    public Socket Socket { get; }

    public EndPoint? LocalEndPoint => Socket.LocalEndPoint;

    private Stream Stream => _secured ?? _plain ?? throw new InvalidOperationException("The client has not connected.");

    /// <summary>Connects, with kernel buffers of a chosen size (0: the system's) so that a peer that does not read blocks its sender soon.</summary>
    public static async Task<RawClient> ConnectAsync(EndPoint endPoint, CancellationToken token, int bufferSize = 0)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var target = Reachable(endPoint);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, target is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (target is IPEndPoint)
            {
                socket.NoDelay = true;
            }

            if (bufferSize > 0)
            {
                socket.ReceiveBufferSize = bufferSize;
                socket.SendBufferSize = bufferSize;
            }

            await socket.ConnectAsync(target, token).ConfigureAwait(false);
            return new RawClient(socket, token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Makes a socket that connects later, for when no descriptor will be left.</summary>
    public static RawClient Unconnected(CancellationToken token) =>
        new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, token);

    /// <summary>Connects a client that was made unconnected.</summary>
    public async Task ConnectAsync(EndPoint endPoint)
    {
        await Socket.ConnectAsync(endPoint, _token).ConfigureAwait(false);
        _plain = new NetworkStream(Socket, ownsSocket: false);
    }

    public async Task SecureAsClientAsync()
    {
        var secured = new SslStream(Stream);
        _secured = secured;
        await secured.AuthenticateAsClientAsync(TestCertificate.ClientOptions, _token).ConfigureAwait(false);
    }

    public async Task SecureAsServerAsync()
    {
        var secured = new SslStream(Stream);
        _secured = secured;
        await secured.AuthenticateAsServerAsync(TestCertificate.ServerOptions, _token).ConfigureAwait(false);
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => Stream.WriteAsync(bytes, _token).AsTask();

    /// <summary>Writes in slices of the given sizes, each with a call of its own; what is left goes in a last one.</summary>
    public async Task WriteSlicesAsync(ReadOnlyMemory<byte> bytes, IEnumerable<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        foreach (var size in sizes)
        {
            var slice = bytes[..Math.Min(size, bytes.Length)];
            bytes = bytes[slice.Length..];
            await WriteAsync(slice).ConfigureAwait(false);
        }

        if (!bytes.IsEmpty)
        {
            await WriteAsync(bytes).ConfigureAwait(false);
        }
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes, _token).ConfigureAwait(false);
        return bytes;
    }

    public Task<int> ReadAsync(Memory<byte> buffer) => Stream.ReadAsync(buffer, _token).AsTask();

    /// <summary>Reads until the peer ends its stream. A reset is an error.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await Stream.CopyToAsync(all, _token).ConfigureAwait(false);
        return all.ToArray();
    }

    /// <summary>Reads until the peer ends its stream or resets it, and says which.</summary>
    public async Task<RawEnd> ReadUntilClosedAsync()
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await Stream.ReadAsync(buffer, _token).ConfigureAwait(false)) > 0)
            {
                all.Write(buffer, 0, count);
            }

            return new RawEnd(all.ToArray(), IsReset: false);
        }
        catch (IOException)
        {
            return new RawEnd(all.ToArray(), IsReset: true);
        }
    }

    /// <summary>Ends this direction: close_notify under TLS, then FIN.</summary>
    public async Task HalfCloseAsync()
    {
        if (_secured is SslStream secured)
        {
            await secured.ShutdownAsync().ConfigureAwait(false);
        }

        SendFin();
    }

    /// <summary>Sends FIN and nothing else: under TLS a truncation.</summary>
    public void SendFin() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        Socket.Dispose();
    }

    public void Dispose()
    {
        Socket.Dispose();
        _secured?.Dispose();
        _plain?.Dispose();
    }

    private static EndPoint Reachable(EndPoint endPoint) => endPoint is IPEndPoint ip
        ? ip.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, ip.Port)
        : ip.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, ip.Port)
        : ip
        : endPoint;
}

/// <summary>How a stream ended, and the bytes before it.</summary>
public sealed record RawEnd(byte[] Bytes, bool IsReset);
