using System;
using System.Buffers;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>Sends what the writer holds: first its own blocks, then the bytes of a pending write.</summary>
internal sealed partial class ConnectionWriter
{
    /// <summary>Copies the first unsent bytes, for an engine that sends in the background.</summary>
    internal int CopyUnsent(ref ReadOnlySequence<byte> bytes, Span<byte> target)
    {
        var copied = 0;
        for (var segment = _written.First; segment is not null && copied < target.Length; segment = segment.NextSegment)
        {
            Copy(_written.Unconsumed(segment).Span, target, ref copied);
        }

        foreach (var memory in bytes)
        {
            Copy(memory.Span, target, ref copied);
        }

        Consume(ref bytes, copied);
        return copied;
    }

    /// <summary>Gives back what the writer holds, when the connection is disposed of.</summary>
    internal void DropUnsent()
    {
        _waiting?.Release();
        _waiting = null;
        _written.ReleaseAll();
        Unflushed = 0;
    }

    private static void Copy(ReadOnlySpan<byte> source, Span<byte> target, ref int copied)
    {
        var length = Math.Min(source.Length, target.Length - copied);
        source[..length].CopyTo(target[copied..]);
        copied += length;
    }

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
    private bool TrySend(ref ReadOnlySequence<byte> bytes)
    {
        while (!_written.IsEmpty || !bytes.IsEmpty)
        {
            if (IsBroken)
            {
                bytes = default;
                _written.ReleaseAll();
                Unflushed = 0;
                return true;
            }

            if (!Socket.Writable)
            {
                _sending = Socket.SendInBackground(this, ref bytes);
                return false;
            }

            if (Loop.BudgetSpent)
            {
                Queue();
                return false;
            }

            var sent = _written.IsEmpty
                ? bytes.IsSingleSegment ? SendPiece(bytes) : SendPieces(ref bytes)
                : bytes.IsEmpty && _written.IsSingleBlock && _written.End > _written.Start ? SendBlock() : SendPieces(ref bytes);
            if (sent > 0)
            {
                Loop.Spend(sent);
                Consume(ref bytes, sent);
            }
        }

        return true;
    }

    private unsafe int SendPiece(in ReadOnlySequence<byte> bytes)
    {
        // What is relayed lies in a loop's block, which never moves: the way through Memory and Span would cost as much
        // again as everything else here.
        if (bytes.Start.GetObject() is BufferSegment segment)
        {
            var from = bytes.Start.GetInteger();
            return Socket.Send(segment.Block.Pointer + from, bytes.End.GetInteger() - from);
        }

        var span = bytes.FirstSpan;
        fixed (byte* pointer = span)
        {
            return Socket.Send(pointer, span.Length);
        }
    }

    // What is written is one block in nearly every case: a vector of one costs a quarter more than none.
    private unsafe int SendBlock() =>
        Socket.Send(_written.First!.Block.Pointer + _written.Start, _written.End - _written.Start);

    private int SendPieces(ref ReadOnlySequence<byte> bytes)
    {
        var pins = default(SendVector);
        var count = 0;
        for (var segment = _written.First; segment is not null && count < SendVector.Capacity; segment = segment.NextSegment)
        {
            pins.Add(ref count, _written.Unconsumed(segment));
        }

        foreach (var memory in bytes)
        {
            if (count == SendVector.Capacity)
            {
                break;
            }

            pins.Add(ref count, memory);
        }

        if (count == 0)
        {
            // Only empty pieces: nothing is left to send.
            _written.ReleaseAll();
            bytes = default;
            return 0;
        }

        var sent = Socket.SendPieces(ref pins, count);
        pins.Dispose(count);
        return sent;
    }

    private void Consume(ref ReadOnlySequence<byte> bytes, int count)
    {
        count = _written.Consume(count);
        if (count == bytes.Length)
        {
            bytes = default;
        }
        else if (count > 0)
        {
            bytes = bytes.Slice(count);
        }
    }
}
