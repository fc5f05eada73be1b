using System;

namespace LbCore.Upstreams;

/// <summary>The bounds of the idle connections to one backend.</summary>
internal sealed record PoolLimits
{
    public static PoolLimits Default { get; } = new();

    /// <summary>Gets how many idle connections one loop keeps. 0 (none) or more; default 256.</summary>
    public int MaxIdlePerLoop { get; init; } = 256;

    /// <summary>Gets how many idle connections all loops keep together. 0 (none) or more; default 1,024.</summary>
    public int MaxIdle { get; init; } = 1024;

    /// <summary>
    /// Gets how many connections there may be, in use and idle together. 1 or more; default <see cref="int.MaxValue"/>:
    /// no bound. Idle ones give way to those in use, which only the backend's own limit bounds.
    /// </summary>
    public int MaxOpen { get; init; } = int.MaxValue;

    /// <summary>
    /// Gets how long a connection is kept idle. Above zero; default 55 s, since common servers close after 60 s or more,
    /// and whoever closes first never finds a request crossing the other's FIN.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(55);

    /// <summary>Throws unless every bound is in its range.</summary>
    public PoolLimits Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxIdlePerLoop);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxIdle);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOpen, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleTimeout, TimeSpan.Zero);
        return this;
    }
}
