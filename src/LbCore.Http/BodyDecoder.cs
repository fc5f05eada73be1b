using System;

namespace LbCore.Http;

/// <summary>Finds a body's data and its end, however it is framed, and copies nothing. A field to be used in place.</summary>
internal struct BodyDecoder
{
    private readonly BodyKind _kind;
    private ChunkedScanner _chunks;
    private long _left;

    public BodyDecoder(BodyFraming framing, TrailerStore? trailers = null)
    {
        _chunks = new ChunkedScanner(trailers);
        _kind = framing.Kind;
        _left = framing.Length;
        IsEnded = framing.IsEmpty;
    }

    /// <summary>Gets whether the whole body has been read. What follows is no part of it.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Gets how many bytes of trailer lines have been put into the store.</summary>
    public readonly int TrailerLength => _chunks.TrailerLength;

    /// <summary>Gets why the bytes were refused.</summary>
    public readonly HttpError Error => _chunks.Error;

    /// <summary>Gets whether the end of the stream is the end of the body.</summary>
    public readonly bool EndsWithStream => _kind == BodyKind.UntilClose;

    /// <summary>
    /// Goes over the next bytes: first <paramref name="framing"/> of them that are no data, then <paramref name="data"/>
    /// that are. Both are done with.
    /// </summary>
    /// <returns>False when the bytes are refused.</returns>
    public bool TryNext(ReadOnlySpan<byte> bytes, out int framing, out int data)
    {
        framing = 0;
        data = 0;
        if (IsEnded)
        {
            return true;
        }

        switch (_kind)
        {
            case BodyKind.Length:
                data = (int)Math.Min(_left, bytes.Length);
                _left -= data;
                IsEnded = _left == 0;
                return true;
            case BodyKind.UntilClose:
                data = bytes.Length;
                return true;
            default:
                var status = _chunks.Next(bytes, out framing, out data);
                IsEnded = status == ParseStatus.Complete;
                return status != ParseStatus.Invalid;
        }
    }
}
