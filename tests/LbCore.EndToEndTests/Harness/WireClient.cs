using System;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>
/// Is a client that writes HTTP/1.1 itself, so that a test sees what no library tells: how a response really ended, and
/// what comes of it while its request is still being sent.
/// </summary>
internal sealed class WireClient : IDisposable
{
    private readonly Socket _socket;
    private readonly WireReader _reader;

    private WireClient(Socket socket)
    {
        _socket = socket;
        _reader = new WireReader(socket);
    }

    /// <summary>Gets or sets how much of a body goes out with one call: a multiple of 8, in bytes. So large are its chunks, too.</summary>
    public int PieceSize { get; set; } = Content.BlockSize;

    public static async Task<WireClient> ConnectAsync(LbCoreProcess balancer, CancellationToken token) =>
        new(await balancer.ConnectAsync(token));

    public Task SendAsync(string text, CancellationToken token) => _socket.SendAllAsync(Encoding.Latin1.GetBytes(text), token);

    /// <summary>Sends a request without a body.</summary>
    public Task SendRequestAsync(string line, CancellationToken token) => SendAsync($"{line} HTTP/1.1\r\nHost: example.com\r\n\r\n", token);

    /// <summary>Sends a request's head that promises a body.</summary>
    public Task SendHeadAsync(string line, ContentStream body, bool chunked, CancellationToken token)
    {
        var length = body.Length.ToString(CultureInfo.InvariantCulture);
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {length}";
        return SendAsync($"{line} HTTP/1.1\r\nHost: example.com\r\n{framing}\r\n\r\n", token);
    }

    /// <summary>Sends a body up to a place within it (at most 7 bytes further), or to its end.</summary>
    public async Task SendBodyAsync(ContentStream body, bool chunked, CancellationToken token, long upTo = long.MaxValue)
    {
        while (body.Position < upTo && !body.IsEnded)
        {
            var left = Math.Min(upTo, body.Length) - body.Position;
            var piece = body.Next((int)Math.Min(PieceSize, (left + 7) & ~7));
            await _socket.SendAllAsync(chunked ? Chunk(piece.Span) : piece, token);
        }

        if (chunked && body.IsEnded)
        {
            await _socket.SendAllAsync("0\r\n\r\n"u8.ToArray(), token);
        }
    }

    /// <summary>Reads a response's head. Its body is read from the response.</summary>
    public Task<WireResponse> ReadResponseAsync(CancellationToken token) => WireResponse.ReadAsync(_reader, token);

    /// <summary>Reads a response to its end.</summary>
    public async Task<WireResponse> ReadWholeResponseAsync(CancellationToken token)
    {
        var response = await ReadResponseAsync(token);
        await response.ReceiveAsync(token);
        return response;
    }

    /// <summary>Waits for the end of the connection. Returns whether it was in order and nothing came before it.</summary>
    public async Task<bool> EndsInOrderAsync(CancellationToken token) =>
        _reader.Unread.IsEmpty && !await _reader.FillAsync(token) && !_reader.IsReset;

    /// <summary>Closes with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Chunk(ReadOnlySpan<byte> piece) =>
        [.. Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. piece, .. "\r\n"u8];
}
