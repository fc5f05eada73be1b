namespace LbCore.Http;

/// <summary>Keeps the trailer lines of one body at a time. It takes memory with the first trailer it meets, and keeps that.</summary>
internal sealed class TrailerStore
{
    /// <summary>How many bytes all lines of a body may have, without the second bytes of their line ends.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>How many lines a body may have.</summary>
    public const int MaxLines = 100;

    private byte[]? _lines;

    /// <summary>Gets room for as many lines as may be.</summary>
    public byte[] Lines => _lines ??= new byte[MaxBytes + MaxLines];
}
