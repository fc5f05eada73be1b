using System;
using System.Buffers;

namespace LbCore.Transport.Buffers;

/// <summary>
/// Is the chain of blocks that a reader's bytes lie in. It holds a block only while there are bytes in it. A field to be
/// used in place, never copied.
/// </summary>
internal struct ReceivedChain
{
    // Below this much room a receive would come back in crumbs: move the few bytes that are left, or chain a block.
    private const int MinimumRoom = 4096;

    private BufferSegment? _head;
    private BufferSegment? _tail;
    private int _start;
    private int _end;
    private int _buffered;
    private int _examined;

    /// <summary>Gets how many bytes were received and not consumed.</summary>
    public readonly int Buffered => _buffered;

    public readonly bool HasUnexamined => _buffered > _examined;

    public readonly ReadOnlySequence<byte> Bytes => _head is null ? default : new ReadOnlySequence<byte>(_head, _start, _tail!, _end);

    /// <summary>Gets the block that the next bytes go to, once there is room.</summary>
    public readonly BufferBlock Target => _tail!.Block;

    /// <summary>Gets where in <see cref="Target"/> they go.</summary>
    public readonly int TargetOffset => _end;

    /// <summary>Makes room for the next bytes. False when the chain holds as much as it may.</summary>
    public bool TryMakeRoom(BufferPool pool, string owner, int limit)
    {
        if (_tail is null)
        {
            _head = _tail = pool.Rent(owner).Segment;
            _start = _end = 0;
            return true;
        }

        if (_tail.Block.Length - _end >= MinimumRoom || (ReferenceEquals(_head, _tail) && TryMoveToFront()))
        {
            return true;
        }

        if (_buffered >= limit)
        {
            return false;
        }

        var next = pool.Rent(owner).Segment;
        _tail.Append(next, _end);
        _tail = next;
        _end = 0;
        return true;
    }

    /// <summary>Takes bytes that were received at the target.</summary>
    public void Add(int count)
    {
        _end += count;
        _buffered += count;
    }

    /// <summary>
    /// Takes bytes that were received into a block on which the receiver had a hold of its own, and ends that hold.
    /// Whatever was consumed meanwhile, even the block's own place in the chain, the bytes come behind the others.
    /// </summary>
    public void AddHeld(BufferBlock block, int offset, int count)
    {
        if (count > 0)
        {
            _buffered += count;
            if (_tail is null)
            {
                // All that was there has been consumed: the hold becomes the chain's own.
                _head = _tail = block.Segment;
                _start = offset;
                _end = offset + count;
                return;
            }

            _end = offset + count;
        }

        block.Release();
        ReleaseIfEmpty();
    }

    /// <summary>Consumes and examines, with the checks of the PipeReader contract.</summary>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // A cancelled read gave nothing, and something may have come since.
        if (_head is null || consumed.GetObject() is null)
        {
            return;
        }

        // The usual end of a read: everything was consumed.
        if (ReferenceEquals(consumed.GetObject(), _tail) && consumed.GetInteger() == _end)
        {
            ReleaseAll();
            return;
        }

        var consumedBytes = OffsetOf(consumed, nameof(consumed));
        var examinedBytes = OffsetOf(examined, nameof(examined));
        if (examinedBytes < consumedBytes)
        {
            throw new InvalidOperationException("What is consumed has been examined: examined lies before consumed.");
        }

        _buffered -= consumedBytes;
        _examined = examinedBytes - consumedBytes;
        if (_buffered == 0)
        {
            ReleaseAll();
            return;
        }

        ReleaseBefore(consumed);
    }

    public void ReleaseIfEmpty()
    {
        if (_buffered == 0)
        {
            ReleaseAll();
        }
    }

    public void ReleaseAll()
    {
        for (var segment = _head; segment is not null;)
        {
            var next = segment.NextSegment;
            segment.Block.Release();
            segment = next;
        }

        _head = _tail = null;
        _start = _end = _buffered = _examined = 0;
    }

    /// <summary>Moves a few bytes at a block's end to its front, unless somebody else reads or fills them there.</summary>
    private bool TryMoveToFront()
    {
        var block = _tail!.Block;
        if (_buffered > MinimumRoom || _start < MinimumRoom || block.References > 1)
        {
            return false;
        }

        var span = block.GetSpan();
        span[_start.._end].CopyTo(span);
        _end -= _start;
        _start = 0;
        return true;
    }

    private readonly int OffsetOf(SequencePosition position, string name)
    {
        var offset = -_start;
        for (var segment = _head; segment is not null; segment = segment.NextSegment)
        {
            var length = ReferenceEquals(segment, _tail) ? _end : segment.Memory.Length;
            if (ReferenceEquals(segment, position.GetObject()))
            {
                var index = position.GetInteger();
                if (index <= length && offset + index >= 0)
                {
                    return offset + index;
                }

                break;
            }

            offset += length;
        }

        throw new InvalidOperationException($"The position '{name}' does not lie in the bytes that were read.");
    }

    private void ReleaseBefore(SequencePosition consumed)
    {
        var target = (BufferSegment)consumed.GetObject()!;
        while (!ReferenceEquals(_head, target))
        {
            var next = _head!.NextSegment!;
            _head.Block.Release();
            _head = next;
        }

        _start = consumed.GetInteger();
    }
}
