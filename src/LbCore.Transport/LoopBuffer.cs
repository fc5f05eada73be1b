using System;
using System.Buffers;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Represents memory rented from a loop. For the loop's thread; the default value holds nothing.</summary>
public readonly struct LoopBuffer : IEquatable<LoopBuffer>
{
    private readonly BufferBlock? _block;

    internal LoopBuffer(BufferBlock block) => _block = block;

    /// <summary>Gets the number of bytes.</summary>
    public int Length => _block?.Length ?? 0;

    /// <summary>Gets the memory. It must not be used after its return.</summary>
    public Span<byte> Span => _block is null ? default : _block.GetSpan();

    /// <summary>Returns the first bytes as a sequence, which connections send at the least cost.</summary>
    /// <param name="length">0 to <see cref="Length"/>.</param>
    public ReadOnlySequence<byte> AsSequence(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        return _block is null ? default : new ReadOnlySequence<byte>(_block.Segment, 0, _block.Segment, length);
    }

    /// <summary>Compares two buffers.</summary>
    public static bool operator ==(LoopBuffer left, LoopBuffer right) => left.Equals(right);

    /// <summary>Compares two buffers.</summary>
    public static bool operator !=(LoopBuffer left, LoopBuffer right) => !left.Equals(right);

    /// <summary>Returns the memory to its loop. Once for each rental.</summary>
    public void Return() => _block?.Release();

    /// <inheritdoc/>
    public bool Equals(LoopBuffer other) => ReferenceEquals(_block, other._block);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LoopBuffer other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _block?.GetHashCode() ?? 0;
}
