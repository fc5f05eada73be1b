using System;
using System.Buffers;
using System.Security.Cryptography;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Makes the stream of a seed, piece by piece, so that who sends it may stop and go on. No two seeds have the same.</summary>
internal sealed class ContentStream(ulong seed, long length) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(Content.BlockSize);

    public long Length => length;

    public long Position { get; private set; }

    public bool IsEnded => Position == length;

    /// <summary>Gets what has been made so far.</summary>
    public ContentSummary Summary => new(Position, Convert.ToHexString(_hash.GetCurrentHash()));

    /// <summary>Returns the next bytes, up to so many: a multiple of 8 up to 64 KiB. They are good until the next call.</summary>
    public ReadOnlyMemory<byte> Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(count % sizeof(ulong), 0);
        var piece = Content.Fill(_block.AsSpan(0, count), seed, Position, length);
        _hash.AppendData(piece);
        Position += piece.Length;
        return _block.AsMemory(0, piece.Length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_block);
        _hash.Dispose();
    }
}
