using System;
using LbCore.Transport;

namespace LbCore.TestKit;

/// <summary>Lets listeners stop at once. Most tests have nobody who could still arrive, and each would wait for up to two ticks.</summary>
public static class StopGrace
{
    public static TransportOptions WithoutStopGrace(this TransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { StopGrace = TimeSpan.Zero };
    }
}
