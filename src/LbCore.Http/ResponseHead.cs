namespace LbCore.Http;

/// <summary>The head of a response.</summary>
internal sealed class ResponseHead : MessageHead
{
    public int Status { get; internal set; }

    /// <summary>Gets where the status code's first digit is.</summary>
    public int StatusStart { get; internal set; }

    /// <summary>Gets the offset behind the status line's CRLF.</summary>
    public int StatusLineEnd { get; internal set; }

    /// <summary>Gets whether another response to the same request follows: 1xx, except the last word of an upgrade.</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    public override void Reset()
    {
        base.Reset();
        Status = 0;
        StatusStart = 0;
        StatusLineEnd = 0;
    }
}
