using System;
using System.Buffers;

namespace LbCore.Transport.Buffers;

/// <summary>Is the chain of blocks that a writer's bytes lie in until they have been sent. A field to be used in place, never copied.</summary>
internal struct WrittenChain
{
    private BufferSegment? _head;
    private BufferSegment? _tail;
    private int _start;
    private int _end;

    /// <summary>Gets whether no block is held. A block may be held before a byte is in it.</summary>
    public readonly bool IsEmpty => _head is null;

    /// <summary>Gets where the next bytes go, once there is room.</summary>
    public readonly Memory<byte> Room => _tail!.Block.Memory[_end..];

    public readonly Span<byte> RoomSpan => _tail!.Block.GetSpan()[_end..];

    /// <summary>Gets whether there is one block.</summary>
    public readonly bool IsSingleBlock => _head is not null && ReferenceEquals(_head, _tail);

    /// <summary>Gets where in the first block the bytes that have not been consumed begin.</summary>
    public readonly int Start => _start;

    /// <summary>Gets where in the last block the bytes end.</summary>
    public readonly int End => _end;

    /// <summary>Gets the first segment; the others follow by its links.</summary>
    public readonly BufferSegment? First => _head;

    /// <summary>Makes room for at least <paramref name="sizeHint"/> bytes, in a block of its own where <paramref name="sealTail"/> says so.</summary>
    public void MakeRoom(BufferPool pool, string owner, int sizeHint, bool sealTail = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(sizeHint, 1);
        if (_tail is not null && !(sealTail && _end > 0) && _tail.Block.Length - _end >= needed)
        {
            return;
        }

        var next = pool.RentAtLeast(needed, owner).Segment;
        if (_tail is null)
        {
            _head = next;
            _start = 0;
        }
        else
        {
            _tail.Append(next, _end);
        }

        _tail = next;
        _end = 0;
    }

    /// <summary>Takes bytes that were written to the room.</summary>
    public void Advance(int bytes)
    {
        if (bytes < 0 || _tail is null || bytes > _tail.Block.Length - _end)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "More bytes than GetMemory or GetSpan gave.");
        }

        _end += bytes;
    }

    /// <summary>Copies bytes to the end of the chain.</summary>
    public void Append(BufferPool pool, string owner, in ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
        {
            var source = memory.Span;
            while (!source.IsEmpty)
            {
                MakeRoom(pool, owner, 0);
                var target = RoomSpan;
                var length = Math.Min(target.Length, source.Length);
                source[..length].CopyTo(target);
                _end += length;
                source = source[length..];
            }
        }
    }

    /// <summary>Returns what of a segment of the chain has not been consumed.</summary>
    public readonly ReadOnlyMemory<byte> Unconsumed(BufferSegment segment)
    {
        var from = ReferenceEquals(segment, _head) ? _start : 0;
        return segment.Block.Memory[from..EndOf(segment)];
    }

    /// <summary>Counts the bytes that have not been consumed.</summary>
    public readonly long CountUnconsumed()
    {
        long count = 0;
        for (var segment = _head; segment is not null; segment = segment.NextSegment)
        {
            count += Unconsumed(segment).Length;
        }

        return count;
    }

    /// <summary>Consumes bytes that were sent, as far as the chain goes, and releases its blocks. Returns how many it had not.</summary>
    public int Consume(int count)
    {
        while (_head is not null && count > 0)
        {
            var taken = Math.Min(count, EndOf(_head) - _start);
            ConsumeFirst(taken);
            count -= taken;
        }

        return count;
    }

    /// <summary>Consumes bytes of the first segment, and releases its block when none are left, which zero bytes can tell, too.</summary>
    public void ConsumeFirst(int count)
    {
        _start += count;
        if (_start == EndOf(_head!))
        {
            ReleaseHead();
        }
    }

    public void ReleaseAll()
    {
        while (_head is not null)
        {
            ReleaseHead();
        }
    }

    private readonly int EndOf(BufferSegment segment) => ReferenceEquals(segment, _tail) ? _end : segment.Memory.Length;

    private void ReleaseHead()
    {
        var next = _head!.NextSegment;
        _head.Block.Release();
        _head = next;
        _start = 0;
        if (next is null)
        {
            _tail = null;
            _end = 0;
        }
    }
}
