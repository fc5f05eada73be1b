namespace LbCore.Configuration;

/// <summary>Says what happens when an attempt on a backend fails.</summary>
public sealed class RetryOptions
{
    /// <summary>
    /// Gets or sets how many further backends are tried when one cannot be connected to. 0 to 100; default 1: one dead
    /// backend goes unnoticed, and a client of a dead cluster waits for two connect timeouts at most. No backend is
    /// tried twice for one connection.
    /// </summary>
    public int Max { get; set; } = 1;
}
