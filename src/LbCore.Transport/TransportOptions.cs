using System;

namespace LbCore.Transport;

/// <summary>Says which engine to run and within which bounds.</summary>
public sealed record TransportOptions
{
    /// <summary>Gets the engine. Default <see cref="EngineKind.Auto"/>.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>Gets the number of loops, 1 to 256. Default: one per processor that the process may use.</summary>
    public int Loops { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 256);

    /// <summary>Gets the clock. Default: the system's. Tests put a fake one.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets how many bytes one dispatch may move before it yields. 64 KiB to 64 MiB; default 512 KiB.</summary>
    public int ByteBudget { get; init; } = 512 * 1024;

    /// <summary>Gets how many reads, writes or accepts one dispatch may do before it yields. 1 to 65,536; default 64.</summary>
    public int OperationBudget { get; init; } = 64;

    /// <summary>Gets how many bytes a reader may hold unconsumed before reading fails. 64 KiB to 1 GiB; default 1 MiB.</summary>
    public int MaxBufferedBytes { get; init; } = 1024 * 1024;

    /// <summary>Gets how long one dispatch may hold a loop before the watchdog names it. Above zero; default 100 ms.</summary>
    public TimeSpan StallThreshold { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets whether returned buffers are overwritten and every rental is tracked by its place. For tests; slow.</summary>
    public bool PoisonBuffers { get; init; }

    /// <summary>
    /// Gets how long a handshake that was under way when a stop began has to reach the backlog; the last look is that much
    /// later. Default 50 ms. For tests: most of them have nobody to wait for.
    /// </summary>
    internal TimeSpan StopGrace { get; init; } = TimeSpan.FromMilliseconds(50);

    internal void Validate()
    {
        Check(Loops is >= 1 and <= 256, nameof(Loops), Loops, "1 to 256");
        Check(ByteBudget is >= 64 * 1024 and <= 64 * 1024 * 1024, nameof(ByteBudget), ByteBudget, "64 KiB to 64 MiB");
        Check(OperationBudget is >= 1 and <= 65536, nameof(OperationBudget), OperationBudget, "1 to 65,536");
        Check(MaxBufferedBytes is >= 64 * 1024 and <= 1024 * 1024 * 1024, nameof(MaxBufferedBytes), MaxBufferedBytes, "64 KiB to 1 GiB");
        Check(StallThreshold > TimeSpan.Zero, nameof(StallThreshold), StallThreshold, "above zero");
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }

    private static void Check(bool condition, string name, object value, string range)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }
}
