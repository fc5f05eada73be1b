using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Sends what the writer holds: first its own blocks, then the bytes of a pending write.</summary>
internal sealed partial class ConnectionWriter
{
    /// <summary>Sends until nothing is left, the socket is full or the budget is spent. True when the write can complete.</summary>
    private unsafe bool TrySend()
    {
        while (HasUnsent)
        {
            if (IsBroken)
            {
                DropUnsent();
                return true;
            }

            if (!_connection.Writable)
            {
                _sending = _connection.SendInBackground(this);
                return false;
            }

            if (_connection.OwnLoop.BudgetSpent)
            {
                Queue();
                return false;
            }

            int sent;
            if (_head is null && _external.IsSingleSegment)
            {
                var span = _external.FirstSpan;
                fixed (byte* pointer = span)
                {
                    sent = _connection.Send(pointer, span.Length);
                }
            }
            else
            {
                sent = SendPieces();
            }

            if (sent > 0)
            {
                _connection.OwnLoop.Spend(sent);
                Consume(sent);
            }
        }

        ReleaseLease();
        return true;
    }

    /// <summary>Copies the first unsent bytes, for an engine that sends in the background.</summary>
    internal int CopyUnsent(Span<byte> target)
    {
        var copied = 0;
        for (var segment = _head; segment is not null && copied < target.Length; segment = segment.NextSegment)
        {
            Copy(segment.Block.GetSpan()[(ReferenceEquals(segment, _head) ? _start : 0)..EndOf(segment)], target, ref copied);
        }

        foreach (var memory in _external)
        {
            Copy(memory.Span, target, ref copied);
        }

        Consume(copied);
        return copied;
    }

    private static void Copy(ReadOnlySpan<byte> source, Span<byte> target, ref int copied)
    {
        var length = Math.Min(source.Length, target.Length - copied);
        source[..length].CopyTo(target[copied..]);
        copied += length;
    }

    private int SendPieces()
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

        foreach (var memory in _external)
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
            _external = default;
        }

        return sent;
    }

    private void Consume(int bytes)
    {
        while (_head is not null)
        {
            var available = EndOf(_head) - _start;
            if (bytes < available)
            {
                _start += bytes;
                return;
            }

            bytes -= available;
            ReleaseHead();
        }

        if (bytes == _external.Length)
        {
            _external = default;
        }
        else if (bytes > 0)
        {
            _external = _external.Slice(bytes);
        }
    }

    /// <summary>
    /// Takes over what is left of a cancelled write: the caller may reuse its memory now, yet bytes that were written
    /// are not lost, they go out with the next flush.
    /// </summary>
    private void KeepExternal()
    {
        foreach (var memory in _external)
        {
            Append(memory.Span);
        }

        _external = default;
        ReleaseLease();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            MakeRoom(0);
            var target = _tail!.Block.GetSpan()[_end..];
            var length = Math.Min(target.Length, bytes.Length);
            bytes[..length].CopyTo(target);
            _end += length;
            _unflushed += length;
            bytes = bytes[length..];
        }
    }

    private void MakeRoom(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        BeginWrite();
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

    private void DropUnsent()
    {
        _external = default;
        ReleaseLease();
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

    /// <summary>Holds the blocks that a waiting write reads from, so that nobody reuses them before it ends.</summary>
    private void Lease()
    {
        if (_external.IsEmpty)
        {
            return;
        }

        if (_external.IsSingleSegment)
        {
            _lease = BlockOf(_external.First);
            (_lease as BufferBlock)?.AddReference();
            return;
        }

        var blocks = new List<BufferBlock>();
        foreach (var memory in _external)
        {
            if (BlockOf(memory) is { } block)
            {
                block.AddReference();
                blocks.Add(block);
            }
        }

        _lease = blocks;
    }

    private void ReleaseLease()
    {
        switch (_lease)
        {
            case BufferBlock block:
                block.Release();
                break;
            case List<BufferBlock> blocks:
                blocks.ForEach(static block => block.Release());
                break;
        }

        _lease = null;
    }

    private static BufferBlock? BlockOf(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetMemoryManager<byte, BufferBlock>(memory, out var block) ? block : null;
}
