namespace LbCore.Configuration;

/// <summary>Says what happens when an attempt on a backend fails.</summary>
public sealed class RetryOptions
{
    /// <summary>
    /// Gets or sets how many further backends are tried when one cannot be connected to. 0 to 100; default 3, as HAProxy's:
    /// three dead backends go unnoticed, and a client of a dead cluster waits for four connect timeouts at most. No backend
    /// is tried twice for one connection.
    /// </summary>
    public int Max { get; set; } = 3;
}
