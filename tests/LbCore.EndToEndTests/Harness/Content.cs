using System;
using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is how many bytes there were, and what they were.</summary>
internal readonly record struct ContentSummary(long Length, string Hash)
{
    public static ContentSummary Of(ReadOnlySpan<byte> bytes) => new(bytes.Length, Convert.ToHexString(SHA256.HashData(bytes)));
}

/// <summary>Sends and receives streams of any length that are compared by hash, so that none is ever held as a whole.</summary>
internal static class Content
{
    /// <summary>Is the size of the largest piece, in bytes.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>Returns what a stream would be, without sending it.</summary>
    public static ContentSummary Summarize(ulong seed, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockSize];
        for (long sent = 0; sent < length; sent += BlockSize)
        {
            hash.AppendData(Fill(block, seed, sent, length));
        }

        return new ContentSummary(length, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Sends a stream and then FIN.</summary>
    public static async Task<ContentSummary> SendAsync(Socket socket, ulong seed, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        for (long sent = 0; sent < length; sent += BlockSize)
        {
            var bytes = Fill(block.AsSpan(0, BlockSize), seed, sent, length).Length;
            hash.AppendData(block.AsSpan(0, bytes));
            await socket.SendAllAsync(block.AsMemory(0, bytes), cancellationToken);
        }

        ArrayPool<byte>.Shared.Return(block);
        socket.Shutdown(SocketShutdown.Send);
        return new ContentSummary(length, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Receives up to FIN.</summary>
    public static async Task<ContentSummary> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        long length = 0;
        int count;
        while ((count = await socket.ReceiveAsync(block, cancellationToken)) > 0)
        {
            hash.AppendData(block.AsSpan(0, count));
            length += count;
        }

        ArrayPool<byte>.Shared.Return(block);
        return new ContentSummary(length, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Fills a block, whose length and place are multiples of 8, and returns what of it belongs to the stream.</summary>
    /// <remarks>SplitMix64 over the position: no two blocks are alike, so a block lost, doubled or moved changes the hash.</remarks>
    public static Span<byte> Fill(Span<byte> block, ulong seed, long offset, long length)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(block);
        var state = seed + (ulong)offset / sizeof(ulong) * 0x9E3779B97F4A7C15;
        for (var i = 0; i < words.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            var word = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
            words[i] = word ^ (word >> 31);
        }

        return block[..(int)Math.Min(block.Length, length - offset)];
    }
}
