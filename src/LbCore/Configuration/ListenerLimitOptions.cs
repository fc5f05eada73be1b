namespace LbCore.Configuration;

/// <summary>Bounds what the clients of a listener may send (mode http).</summary>
public sealed class ListenerLimitOptions
{
    /// <summary>
    /// Gets or sets how many bytes a request's head may have. 1 KiB to 256 KiB; default 32 KiB. A larger one is answered
    /// 431, or 414 when its request line alone is larger.
    /// </summary>
    public int HeadBytes { get; set; } = 32 * 1024;

    /// <summary>Gets or sets how many fields a request's head may have. 1 to 1,000; default 100. One with more is answered 431.</summary>
    public int Headers { get; set; } = 100;
}
