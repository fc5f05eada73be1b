namespace LbCore.Configuration;

/// <summary>Bounds what the backends of a cluster may send (mode http).</summary>
public sealed class ClusterLimitOptions
{
    /// <summary>
    /// Gets or sets how many bytes a response's head may have. 1 KiB to 256 KiB; default 32 KiB. The client is answered 502
    /// instead of a larger one.
    /// </summary>
    public int HeadBytes { get; set; } = 32 * 1024;

    /// <summary>Gets or sets how many fields a response's head may have. 1 to 1,000; default 100. The client is answered 502 instead of one with more.</summary>
    public int Headers { get; set; } = 100;
}
