namespace LbCore.Http;

/// <summary>How a message's body is framed, decided once from its whole head.</summary>
/// <param name="Kind">How its end is found.</param>
/// <param name="Length">How many bytes it has, for <see cref="BodyKind.Length"/>.</param>
internal readonly record struct BodyFraming(BodyKind Kind, long Length)
{
    public static BodyFraming None => default;

    public static BodyFraming Chunked => new(BodyKind.Chunked, 0);

    public static BodyFraming UntilClose => new(BodyKind.UntilClose, 0);

    /// <summary>Gets whether there is no body, or one without a byte.</summary>
    public bool IsEmpty => Kind == BodyKind.None || (Kind == BodyKind.Length && Length == 0);

    public static BodyFraming OfLength(long length) => new(BodyKind.Length, length);
}
