using System;

namespace LbCore.Http;

/// <summary>
/// A parsed head: offsets into the bytes that it was parsed from, never the bytes. Reused from head to head; it grows to
/// the largest number of fields it has met, which the limits bound.
/// </summary>
internal abstract class MessageHead
{
    private const int InitialFields = 24;

    private HeaderField[] _fields = new HeaderField[InitialFields];

    /// <summary>Gets why the head was refused.</summary>
    public HttpError Error { get; protected set; }

    /// <summary>Gets how many bytes the complete head has, the empty line and what was skipped before it included.</summary>
    public int Length { get; private set; }

    /// <summary>Gets whether the message says HTTP/1.1; otherwise it says HTTP/1.0.</summary>
    public bool IsHttp11 { get; internal set; }

    /// <summary>Gets what the Connection fields say.</summary>
    public ConnectionOptions Connection { get; internal set; }

    /// <summary>Gets whether the Connection fields name others than TE, which do not go on.</summary>
    public bool ConnectionNamesFields { get; internal set; }

    /// <summary>Gets how the body is framed, as far as the head alone tells.</summary>
    public BodyFraming Framing { get; protected set; }

    /// <summary>Gets whether the connection stays open after this message, as far as its sender is concerned (RFC 9112 section 9.3).</summary>
    public bool IsPersistent => (Connection & ConnectionOptions.Close) == 0
        && (IsHttp11 || (Connection & ConnectionOptions.KeepAlive) != 0);

    public int FieldCount { get; private set; }

    /// <summary>Gets the known fields that are there, so that nobody looks through all fields for one that is not.</summary>
    public FieldSet Present { get; private set; }

    public ReadOnlySpan<HeaderField> Fields => _fields.AsSpan(0, FieldCount);

    internal Span<HeaderField> MutableFields => _fields.AsSpan(0, FieldCount);

    /// <summary>The offset of the first byte that no complete line holds: where parsing goes on.</summary>
    internal int Position { get; set; }

    internal bool HasStartLine { get; set; }

    /// <summary>Forgets everything, for the next head.</summary>
    public virtual void Reset()
    {
        Error = HttpError.None;
        Length = 0;
        IsHttp11 = false;
        Connection = ConnectionOptions.None;
        ConnectionNamesFields = false;
        Framing = default;
        FieldCount = 0;
        Present = default;
        Position = 0;
        HasStartLine = false;
    }

    /// <summary>Returns the value of a field.</summary>
    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> bytes, in HeaderField field) => bytes.Slice(field.ValueStart, field.ValueLength);

    /// <summary>Says of all fields of a kind whether they stop here.</summary>
    internal void SetHopByHop(KnownField known, bool stops)
    {
        if (!Present.Contains(known))
        {
            return;
        }

        foreach (ref var field in MutableFields)
        {
            if (field.Known == known)
            {
                field.IsHopByHop = stops;
            }
        }
    }

    internal ref HeaderField AddField(KnownField known)
    {
        Present = Present.With(known);
        if (FieldCount == _fields.Length)
        {
            Array.Resize(ref _fields, _fields.Length * 2);
        }

        return ref _fields[FieldCount++];
    }

    internal ParseStatus Refuse(HttpError error)
    {
        Error = error;
        return ParseStatus.Invalid;
    }

    internal ParseStatus Finish(int length, BodyFraming framing)
    {
        Length = length;
        Framing = framing;
        return ParseStatus.Complete;
    }
}
