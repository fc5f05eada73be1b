namespace LbCore.Recording;

/// <summary>Who failed.</summary>
internal enum FailureSource : byte
{
    /// <summary>Nobody: it ended well.</summary>
    None,

    Client,

    /// <summary>We did, by a limit, a timeout or a lack of resources of our own.</summary>
    Proxy,

    Backend,
}
