using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit.Vectors;

/// <summary>A client that sends what it is told and reads responses as strictly as can be.</summary>
internal sealed class VectorClient : IDisposable
{
    private static readonly TimeSpan BetweenParts = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly CancellationToken _token;
    private string _received = "";

    private VectorClient(Socket socket, CancellationToken token)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _token = token;
    }

    public bool IsClosed { get; private set; }

    public bool IsReset { get; private set; }

    public static async Task<VectorClient> ConnectAsync(EndPoint proxy, CancellationToken token)
    {
        var socket = new Socket(proxy.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(proxy, token).ConfigureAwait(false);
        return new VectorClient(socket, token);
    }

    /// <summary>Sends, and does not mind a proxy that closes meanwhile.</summary>
    public async Task SendAsync(IReadOnlyList<byte[]> parts, bool byteByByte)
    {
        try
        {
            for (var i = 0; i < parts.Count; i++)
            {
                if (i > 0)
                {
                    await Task.Delay(BetweenParts, _token).ConfigureAwait(false);
                }

                await SlowStream.WriteAsync(_stream, parts[i], byteByByte, _token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has been answered already, or will not be.
        }
    }

    /// <summary>Reads the next response, interim or final. Null when the patience ends, or the connection, before a head.</summary>
    public async Task<StrictMessage?> ReadAsync(bool answersHead, TimeSpan patience)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_token);
        limit.CancelAfter(patience);
        while (true)
        {
            var message = StrictMessage.ReadResponse(_received, answersHead, IsClosed && !IsReset);
            if (message is { IsComplete: true } or { Fault: not null } || IsClosed)
            {
                _received = message is null ? _received : _received[message.Length..];
                return message;
            }

            try
            {
                await ReceiveAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!_token.IsCancellationRequested)
            {
                return message;
            }
        }
    }

    /// <summary>Reads to the end, and says whether it has come before the patience ended.</summary>
    public async Task<bool> ReadToEndAsync(TimeSpan patience)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_token);
        limit.CancelAfter(patience);
        try
        {
            while (!IsClosed)
            {
                await ReceiveAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!_token.IsCancellationRequested)
        {
        }

        return IsClosed;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken token)
    {
        try
        {
            var count = await _stream.ReadAsync(_buffer, token).ConfigureAwait(false);
            IsClosed = count == 0;
            _received += Encoding.Latin1.GetString(_buffer, 0, count);
        }
        catch (IOException)
        {
            IsClosed = IsReset = true;
        }
    }
}
