using System;

namespace LbCore.Configuration;

/// <summary>Limits how long the connections of a listener may take.</summary>
public sealed class ListenerTimeoutOptions
{
    /// <summary>
    /// Gets or sets how long nothing may move in either direction before both sides are reset (mode tcp). 100 ms to
    /// 30 days; default 10 min. Below the keep-alive interval of the protocol it cuts connections that are well.
    /// </summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(10);
}
