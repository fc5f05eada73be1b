using System.Buffers;

namespace LbCore.Messages;

/// <summary>The next piece of a body, where it lies. It is there until the reader is told to advance.</summary>
/// <param name="Status">What came of reading.</param>
/// <param name="Data">The data; may be empty.</param>
/// <param name="MoreBuffered">Whether more bytes have been received already, so that sending may wait for them.</param>
internal readonly record struct BodyPiece(BodyStatus Status, ReadOnlySequence<byte> Data, bool MoreBuffered)
{
    public BodyPiece(BodyStatus status)
        : this(status, default, false)
    {
    }

    public bool IsEnd => Status == BodyStatus.End;

    public bool IsGood => Status is BodyStatus.Data or BodyStatus.End;
}
