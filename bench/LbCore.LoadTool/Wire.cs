using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Holds what the client commands and the backend agree on.</summary>
/// <remarks>
/// A stream that begins with <see cref="Source"/> or <see cref="Sink"/> and a count (8 bytes, big-endian) asks for, or
/// brings, that many bytes; the sink answers one byte when it has them all. Any other stream is echoed. So one port
/// serves every scenario, and one proxy process with one listener can be measured in all of them.
/// </remarks>
internal static class Wire
{
    public const byte Source = 0x01;

    public const byte Sink = 0x02;

    public const int HeadLength = 1 + sizeof(long);

    public const int ChunkLength = 256 * 1024;

    public static byte[] Head(byte kind, long count)
    {
        var head = new byte[HeadLength];
        head[0] = kind;
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(1), count);
        return head;
    }

    /// <summary>Returns a chunk whose byte at each stream position is known: a prime period, so that a shifted or repeated piece shows.</summary>
    public static byte[] Pattern()
    {
        var chunk = new byte[ChunkLength];
        for (var i = 0; i < chunk.Length; i++)
        {
            chunk[i] = PatternAt(i);
        }

        return chunk;
    }

    public static byte PatternAt(long position) => (byte)(position % ChunkLength % 251);

    public static Socket Connect(IPEndPoint target)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(target);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new LoadToolException($"cannot connect to {target}: {error.Message}");
        }
    }

    public static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes, SocketFlags.None)..];
        }
    }
}
