using System;
using System.Threading.Tasks;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Keeps the chain of blocks that were written, and feeds the flushed ones to the filter.</summary>
internal sealed partial class StreamConnectionWriter
{
    private BufferSegment? _head;
    private BufferSegment? _tail;
    private int _start;
    private int _end;
    private long _flushed;
    private long _unflushed;

    private void MakeRoom(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        BeginWrite();
        var needed = Math.Max(sizeHint, 1);

        // A block that the pump may finish with, and release, takes no more bytes.
        var isTaken = _pumping && _unflushed == 0 && _end > 0;
        if (_tail is not null && !isTaken && _tail.Block.Length - _end >= needed)
        {
            return;
        }

        var next = Loop.Buffers.RentAtLeast(needed, Owner).Segment;
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

    private async ValueTask SendFlushedAsync()
    {
        while (_flushed > 0 && _head is { } segment)
        {
            var from = _start;
            var count = (int)Math.Min(_flushed, EndOf(segment) - from);

            // The filter's own hold: the chain may be dropped while the filter still reads from it.
            segment.Block.AddReference();
            try
            {
                await _connection.Filter.WriteAsync(segment.Block.Memory.Slice(from, count)).ConfigureAwait(false);
            }
            finally
            {
                await _connection.ReturnToLoop();
                segment.Block.Release();
            }

            if (ReferenceEquals(_head, segment))
            {
                Consume(count);
            }
        }

        await _connection.Filter.FlushAsync().ConfigureAwait(false);
        await _connection.ReturnToLoop();
    }

    private void Consume(int count)
    {
        _flushed -= count;
        _start += count;
        if (_start == EndOf(_head!))
        {
            ReleaseHead();
        }
    }

    private int EndOf(BufferSegment segment) => ReferenceEquals(segment, _tail) ? _end : segment.Memory.Length;

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

    private void ReleaseAll()
    {
        while (_head is not null)
        {
            ReleaseHead();
        }

        _flushed = 0;
        _unflushed = 0;
    }
}
