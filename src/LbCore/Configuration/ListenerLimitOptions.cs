namespace LbCore.Configuration;

/// <summary>Bounds what the clients of a listener may send (mode http).</summary>
public sealed class ListenerLimitOptions
{
    /// <summary>
    /// Gets or sets how many bytes a request's head may have. 1 KiB to 256 KiB; default 32 KiB. A larger one is answered
    /// 431, or 414 when its request line alone is larger.
    /// </summary>
    public int HeadBytes { get; set; } = 32 * 1024;

    /// <summary>
    /// Gets or sets how many bytes the target in a request's first line may have. 64 B to 256 KiB; default 8 KiB. A longer
    /// one is answered 414.
    /// </summary>
    public int TargetBytes { get; set; } = 8 * 1024;

    /// <summary>Gets or sets how many fields a request's head may have. 1 to 1,000; default 100. One with more is answered 431.</summary>
    public int Headers { get; set; } = 100;

    /// <summary>
    /// Gets or sets how many bytes a request's body may have. 1 or more; default null: no limit, since bodies are passed on
    /// as they come. A larger one is answered 413: at once when its length is announced, otherwise when it gets there.
    /// </summary>
    public long? BodyBytes { get; set; }

    /// <summary>
    /// Gets or sets how many requests may come on one connection. 1 or more; default 10,000. The response to the last one
    /// says that the connection closes.
    /// </summary>
    public int Requests { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets how many bytes a second the client has to send of a request's body, or take of a response, while it is
    /// waited for. 0 (no bound) to 1 GiB; default 240. Time beyond what its bytes pay for at this rate may come to
    /// <see cref="ListenerTimeoutOptions.Body"/>; then it is answered 408, or the response is cut off. A client that is not
    /// waited for, since the backend has sent nothing, is never too slow.
    /// </summary>
    public int MinRate { get; set; } = 240;
}
