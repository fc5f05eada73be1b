using System;
using System.Buffers;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Keeps the chain of blocks that the reader's bytes lie in.</summary>
internal sealed partial class StreamConnectionReader
{
    // Below this much room a filter would give its bytes in crumbs.
    private const int MinimumRoom = 4096;

    private BufferSegment? _head;
    private BufferSegment? _tail;
    private int _start;
    private int _end;
    private int _buffered;
    private int _examined;

    private bool HasUnexamined => _buffered > _examined;

    private ReadOnlySequence<byte> BufferedBytes() =>
        _head is null ? default : new ReadOnlySequence<byte>(_head, _start, _tail!, _end);

    private BufferSegment MakeRoom()
    {
        if (_tail is null)
        {
            _head = _tail = Loop.Buffers.Rent(Owner).Segment;
            _start = _end = 0;
        }
        else if (_tail.Block.Length - _end < MinimumRoom)
        {
            var next = Loop.Buffers.Rent(Owner).Segment;
            _tail.Append(next, _end);
            _tail = next;
            _end = 0;
        }

        return _tail;
    }

    /// <summary>Ends the filter's hold on a block that it has filled, and takes what it put there.</summary>
    private void TakeFilled(BufferSegment segment, int from, int count)
    {
        if (count > 0 && !_completed)
        {
            _buffered += count;
            if (_tail is null)
            {
                // The reader consumed all that was there while a cancelled read's fill went on: the hold becomes its own.
                _head = _tail = segment;
                _start = from;
                _end = from + count;
                return;
            }

            _end = from + count;
        }

        segment.Block.Release();
        if (_buffered == 0)
        {
            ReleaseAll();
        }
    }

    private void ReleaseTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_head is null || consumed.GetObject() is null)
        {
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

        var target = (BufferSegment)consumed.GetObject()!;
        while (!ReferenceEquals(_head, target))
        {
            ReleaseHead();
        }

        _start = consumed.GetInteger();
    }

    private int OffsetOf(SequencePosition position, string name)
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

    private void ReleaseAll()
    {
        while (_head is not null)
        {
            ReleaseHead();
        }

        _tail = null;
        _start = _end = _buffered = _examined = 0;
    }

    private void ReleaseHead()
    {
        var next = _head!.NextSegment;
        _head.Block.Release();
        _head = next;
    }
}
