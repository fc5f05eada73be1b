using System.Buffers;

namespace LbCore.Transport.Buffers;

/// <summary>Is the link that makes a block part of a <see cref="ReadOnlySequence{T}"/>. One for each block, for its whole life.</summary>
internal sealed class BufferSegment : ReadOnlySequenceSegment<byte>
{
    public BufferSegment(BufferBlock block)
    {
        Block = block;
        Memory = block.Memory;
    }

    public BufferBlock Block { get; }

    public BufferSegment? NextSegment => (BufferSegment?)Next;

    public void Reset()
    {
        Next = null;
        RunningIndex = 0;
        if (Memory.Length != Block.Length)
        {
            Memory = Block.Memory;
        }
    }

    /// <summary>Ends this segment at <paramref name="length"/> bytes and links the next one behind it.</summary>
    public void Append(BufferSegment next, int length)
    {
        if (Memory.Length != length)
        {
            Memory = Block.Memory[..length];
        }

        next.RunningIndex = RunningIndex + length;
        Next = next;
    }
}
