namespace LbCore.Transport;

/// <summary>Is a reading of an engine's counters. Each number is exact when the engine is at rest.</summary>
public readonly record struct TransportCounters
{
    /// <summary>Gets how many connections are open, accepted and dialled.</summary>
    public long OpenConnections { get; init; }

    /// <summary>Gets how many dials are under way.</summary>
    public long PendingDials { get; init; }

    /// <summary>Gets how many buffers are held by readers, writers and sends.</summary>
    public long RentedBuffers { get; init; }

    /// <summary>Gets how many buffers lie idle in the pools.</summary>
    public long PooledBuffers { get; init; }

    /// <summary>Gets how many connections have been accepted.</summary>
    public long Accepted { get; init; }

    /// <summary>Gets how many times accepting failed for one connection (it was gone before we took it).</summary>
    public long AcceptErrors { get; init; }

    /// <summary>Gets how many times accepting paused for want of descriptors or memory.</summary>
    public long AcceptPauses { get; init; }

    /// <summary>Gets how many handlers ended with an exception.</summary>
    public long HandlerFailures { get; init; }

    /// <summary>Gets how many times the watchdog found a loop held too long.</summary>
    public long Stalls { get; init; }

    /// <summary>Gets how many log entries were dropped because the ring was full.</summary>
    public long DroppedLogEntries { get; init; }
}
