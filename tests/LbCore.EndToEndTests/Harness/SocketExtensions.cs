using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Adds whole-message reads and writes to sockets.</summary>
internal static class SocketExtensions
{
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    public static async Task ReceiveExactlyAsync(this Socket socket, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var count = await socket.ReceiveAsync(bytes, cancellationToken);
            if (count == 0)
            {
                throw new EndOfStreamException($"The peer closed with {bytes.Length} bytes still to come.");
            }

            bytes = bytes[count..];
        }
    }

    /// <summary>Sends a message to an echo and waits until it is back.</summary>
    public static async Task PingAsync(this Socket socket, CancellationToken cancellationToken)
    {
        var message = "ping"u8.ToArray();
        var answer = new byte[message.Length];
        await socket.SendAllAsync(message, cancellationToken);
        await socket.ReceiveExactlyAsync(answer, cancellationToken);
        if (!answer.AsSpan().SequenceEqual(message))
        {
            throw new InvalidDataException("The echo sent something else back.");
        }
    }

    /// <summary>Waits until the connection has ended. Returns whether that was in order (FIN) and not a reset.</summary>
    public static async Task<bool> WaitForEndAsync(this Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
