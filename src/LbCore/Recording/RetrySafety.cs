namespace LbCore.Recording;

/// <summary>Whether what failed may be tried again elsewhere.</summary>
internal enum RetrySafety : byte
{
    /// <summary>Never: the backend may have acted on what it got.</summary>
    Never,

    /// <summary>Only if the upstream connection had been used before: it may have been closed while idle.</summary>
    OnReusedConnection,

    /// <summary>Always: nothing was sent.</summary>
    Always,
}
