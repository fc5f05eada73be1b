namespace LbCore.Configuration;

/// <summary>What becomes of a forwarding field of requests.</summary>
public enum ForwardedHeaderMode
{
    /// <summary>
    /// The value of a trusted sender is kept: in front of ours where the field is a list, and instead of ours where it has
    /// one value. Anybody else's is replaced.
    /// </summary>
    Append,

    /// <summary>Whatever was sent is replaced by ours.</summary>
    Set,

    /// <summary>None is added. A trusted sender's goes on as it is, anybody else's is dropped.</summary>
    Off,
}
