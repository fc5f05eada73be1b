namespace LbCore.Transport;

/// <summary>Names an engine.</summary>
public enum EngineKind : byte
{
    /// <summary>The best that this system offers: epoll on Linux, else managed.</summary>
    Auto,

    /// <summary>Own edge-triggered epoll loops. Linux only.</summary>
    Epoll,

    /// <summary>System.Net.Sockets; runs everywhere and is the reference in contract tests.</summary>
    Managed,
}
