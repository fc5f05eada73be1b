using System;
using System.Buffers;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Sends what the writer holds: first its own blocks, then the bytes of a pending write.</summary>
internal sealed partial class ConnectionWriter
{
    private bool TrySendWaiting()
    {
        if (_waiting is null)
        {
            var nothing = ReadOnlySequence<byte>.Empty;
            return TrySend(ref nothing);
        }

        var done = TrySend(ref _waiting.Left);
        if (_waiting.Left.IsEmpty)
        {
            _waiting.Release();
            _waiting = null;
        }

        return done;
    }

    /// <summary>
    /// Sends the writer's own blocks and then <paramref name="bytes"/>, until nothing is left, the socket is full or the
    /// budget is spent. True when the write can complete.
    /// </summary>
    private unsafe bool TrySend(ref ReadOnlySequence<byte> bytes)
    {
        while (_head is not null || !bytes.IsEmpty)
        {
            if (IsBroken)
            {
                bytes = default;
                ReleaseAll();
                return true;
            }

            if (!_connection.Writable)
            {
                _sending = _connection.SendInBackground(this, ref bytes);
                return false;
            }

            if (_connection.OwnLoop.BudgetSpent)
            {
                Queue();
                return false;
            }

            int sent;
            if (_head is null && bytes.IsSingleSegment)
            {
                var span = bytes.FirstSpan;
                fixed (byte* pointer = span)
                {
                    sent = _connection.Send(pointer, span.Length);
                }
            }
            else
            {
                sent = SendPieces(ref bytes);
            }

            if (sent > 0)
            {
                _connection.OwnLoop.Spend(sent);
                Consume(ref bytes, sent);
            }
        }

        return true;
    }

    /// <summary>Copies the first unsent bytes, for an engine that sends in the background.</summary>
    internal int CopyUnsent(ref ReadOnlySequence<byte> bytes, Span<byte> target)
    {
        var copied = 0;
        for (var segment = _head; segment is not null && copied < target.Length; segment = segment.NextSegment)
        {
            Copy(segment.Block.GetSpan()[(ReferenceEquals(segment, _head) ? _start : 0)..EndOf(segment)], target, ref copied);
        }

        foreach (var memory in bytes)
        {
            Copy(memory.Span, target, ref copied);
        }

        Consume(ref bytes, copied);
        return copied;
    }

    private static void Copy(ReadOnlySpan<byte> source, Span<byte> target, ref int copied)
    {
        var length = Math.Min(source.Length, target.Length - copied);
        source[..length].CopyTo(target[copied..]);
        copied += length;
    }

    private int SendPieces(ref ReadOnlySequence<byte> bytes)
    {
        var pins = default(SendVector);
        var count = 0;
        for (var segment = _head; segment is not null && count < SendVector.Capacity; segment = segment.NextSegment)
        {
            var from = ReferenceEquals(segment, _head) ? _start : 0;
            if (EndOf(segment) > from)
            {
                pins.Add(ref count, segment.Block.Memory[from..EndOf(segment)]);
            }
        }

        foreach (var memory in bytes)
        {
            if (count == SendVector.Capacity)
            {
                break;
            }

            if (!memory.IsEmpty)
            {
                pins.Add(ref count, memory);
            }
        }

        var sent = count == 0 ? 0 : _connection.SendPieces(ref pins, count);
        pins.Dispose(count);
        if (count == 0)
        {
            // Only empty pieces: nothing is left to send.
            ReleaseAll();
            bytes = default;
        }

        return sent;
    }

    private void Consume(ref ReadOnlySequence<byte> bytes, int count)
    {
        while (_head is not null)
        {
            var available = EndOf(_head) - _start;
            if (count < available)
            {
                _start += count;
                return;
            }

            count -= available;
            ReleaseHead();
        }

        if (count == bytes.Length)
        {
            bytes = default;
        }
        else if (count > 0)
        {
            bytes = bytes.Slice(count);
        }
    }

    /// <summary>
    /// Takes over what is left of a cancelled write: the caller may reuse its memory now, yet bytes that were written
    /// are not lost, they go out with the next flush.
    /// </summary>
    private void KeepWaiting()
    {
        if (_waiting is { } waiting)
        {
            _waiting = null;
            Append(waiting.Left);
            waiting.Release();
        }
    }

    private void Append(in ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
        {
            var source = memory.Span;
            while (!source.IsEmpty)
            {
                MakeRoom(0);
                var target = _tail!.Block.GetSpan()[_end..];
                var length = Math.Min(target.Length, source.Length);
                source[..length].CopyTo(target);
                _end += length;
                _unflushed += length;
                source = source[length..];
            }
        }
    }

    private void MakeRoom(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(sizeHint, 1);
        if (_tail is not null && _tail.Block.Length - _end >= needed)
        {
            return;
        }

        var next = _connection.OwnLoop.Buffers.RentAtLeast(needed, Owner).Segment;
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

    private int EndOf(BufferSegment segment) => ReferenceEquals(segment, _tail) ? _end : segment.Memory.Length;

    /// <summary>Gives back what the writer holds, when the connection is disposed of.</summary>
    internal void DropUnsent()
    {
        _waiting?.Release();
        _waiting = null;
        ReleaseAll();
    }

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

        _unflushed = 0;
    }
}
