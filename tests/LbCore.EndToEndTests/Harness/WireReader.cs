using System;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Receives through a buffer, and keeps the two ways apart in which a stream ends.</summary>
internal sealed class WireReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    public bool IsReset { get; private set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public void Advance(int count) => _start += count;

    /// <summary>Receives more. False when the stream has ended.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken token)
    {
        Unread.CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        try
        {
            var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), token);
            _end += count;
            return count > 0;
        }
        catch (SocketException)
        {
            IsReset = true;
            return false;
        }
    }

    /// <summary>Reads a line without its end. Null when the stream ends before.</summary>
    public async ValueTask<string?> ReadLineAsync(CancellationToken token)
    {
        int length;
        while ((length = Unread.IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync(token))
            {
                return null;
            }
        }

        var line = Encoding.Latin1.GetString(Unread[..length]);
        Advance(length + 2);
        return line;
    }
}
