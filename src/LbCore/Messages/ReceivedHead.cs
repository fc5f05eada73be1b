using System;
using System.Buffers;
using LbCore.Transport;

namespace LbCore.Messages;

/// <summary>
/// Is where the bytes of a head lie: in the read that brought them, which stays open, or joined in a buffer of their own
/// when they came in two blocks, which takes a head behind tens of kilobytes of others. A field to be used in place.
/// </summary>
internal struct ReceivedHead
{
    private ReadOnlySequence<byte> _read;
    private LoopBuffer _joined;
    private int _joinedLength;

    /// <summary>Gets whether a read is kept open for the head.</summary>
    public readonly bool IsKept => !_read.IsEmpty;

    /// <summary>Gets the bytes of a head that is kept, and maybe some behind it. Never across an await.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _joinedLength > 0 ? _joined.Span[.._joinedLength] : _read.FirstSpan;

    /// <summary>
    /// Shows what has come of a head as one span, at most <paramref name="maxBytes"/> of it. Of what was shown before, only
    /// the new bytes are copied.
    /// </summary>
    public ReadOnlySpan<byte> Show(in ReadOnlySequence<byte> read, EventLoop loop, int maxBytes)
    {
        if (_joinedLength == 0)
        {
            var first = read.FirstSpan;
            if (read.IsSingleSegment || first.Length >= maxBytes)
            {
                return first;
            }

            _joined = loop.RentBuffer(maxBytes);
        }

        var length = (int)Math.Min(read.Length, maxBytes);
        read.Slice(_joinedLength, length - _joinedLength).CopyTo(_joined.Span[_joinedLength..]);
        _joinedLength = length;
        return _joined.Span[..length];
    }

    /// <summary>Returns what was shown last, in its first segment.</summary>
    public readonly ReadOnlySequence<byte> Shown(in ReadOnlySequence<byte> read) =>
        _joinedLength > 0 ? _joined.AsSequence(_joinedLength) : read;

    /// <summary>Keeps the read of a head that is whole.</summary>
    public void Keep(in ReadOnlySequence<byte> read) => _read = read;

    /// <summary>Returns where a part of the head ends, to advance to.</summary>
    public readonly SequencePosition PositionOf(int length) => _read.GetPosition(length);

    /// <summary>Forgets the head.</summary>
    public void Drop()
    {
        _read = default;
        if (_joinedLength > 0)
        {
            _joinedLength = 0;
            _joined.Return();
            _joined = default;
        }
    }
}
