using System;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Keeps the chain of blocks that the reader's bytes lie in.</summary>
internal sealed partial class ConnectionReader
{
    /// <summary>Receives once. True when the read can complete: bytes, the end, an error or the limit.</summary>
    private unsafe bool Fill()
    {
        if (_connection.IsClosed)
        {
            return true;
        }

        if (!MakeRoom())
        {
            _limitReached = true;
            return true;
        }

        var room = _tail!.Block.Length - _end;
        var received = _connection.Receive(_tail.Block.Pointer + _end, room);
        if (received > 0)
        {
            _end += received;
            _buffered += received;
            _connection.OwnLoop.Spend(received);
            return true;
        }

        if (_buffered == 0)
        {
            ReleaseAll();
        }

        switch (received)
        {
            case SocketConnection.EndOfStream:
                _endOfStream = true;
                return true;
            case SocketConnection.WouldBlock:
                return false;
            default:
                _failed = true;
                return true;
        }
    }

    private bool MakeRoom()
    {
        var pool = _connection.OwnLoop.Buffers;
        if (_tail is null)
        {
            _head = _tail = pool.Rent(Owner).Segment;
            _start = _end = 0;
            return true;
        }

        if (_tail.Block.Length - _end >= MinimumRoom || (ReferenceEquals(_head, _tail) && TryMoveToFront()))
        {
            return true;
        }

        if (_buffered >= _connection.OwnLoop.Options.MaxBufferedBytes)
        {
            return false;
        }

        var next = pool.Rent(Owner).Segment;
        _tail.Append(next, _end);
        _tail = next;
        _end = 0;
        return true;
    }

    /// <summary>Moves a few bytes at a block's end to its front, unless a send reads them there.</summary>
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

    private void ReleaseAll()
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
}
