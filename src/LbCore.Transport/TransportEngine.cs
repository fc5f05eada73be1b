using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.Transport.Epoll;
using LbCore.Transport.Managed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LbCore.Transport;

/// <summary>Owns the loops and everything on them. Members may be called from any thread.</summary>
public abstract class TransportEngine : IAsyncDisposable
{
    /// <summary>Gets the engine's name as configuration spells it: <c>epoll</c> or <c>managed</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Gets why this engine runs, for the log.</summary>
    public abstract string Reason { get; }

    /// <summary>Gets the loops, in order of their index.</summary>
    public abstract IReadOnlyList<EventLoop> Loops { get; }

    /// <summary>Gets a task that completes when the engine is disposed of, and fails when a loop dies.</summary>
    public abstract Task Completion { get; }

    /// <summary>Gets a logger for code on the loops: it never blocks, keeps entries in a bounded ring and counts what it drops.</summary>
    public abstract ILogger LoopLogger { get; }

    /// <summary>Creates an engine and starts its loops.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">The engine asked for does not run here.</exception>
    public static TransportEngine Create(TransportOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        logger ??= NullLogger.Instance;
        return options.Engine switch
        {
            EngineKind.Epoll when !OperatingSystem.IsLinux() => throw new PlatformNotSupportedException(
                "The epoll engine runs on Linux only; choose 'auto' or 'managed'."),
            EngineKind.Epoll => EpollEngine.Start(options, "it was asked for", logger),
            EngineKind.Managed => ManagedEngine.Start(options, "it was asked for", logger),
            _ when OperatingSystem.IsLinux() => EpollEngine.Start(options, "this is Linux", logger),
            _ => ManagedEngine.Start(options, "this system has no engine of its own", logger),
        };
    }

    /// <summary>Binds an address on every loop and begins to accept.</summary>
    /// <exception cref="ListenException">The address cannot be bound.</exception>
    public abstract TransportListener Listen(ListenOptions options, IConnectionHandler handler);

    /// <summary>Reads the counters.</summary>
    public abstract TransportCounters ReadCounters();

    /// <summary>Aborts what is open, ends the loops and returns the memory.</summary>
    public abstract ValueTask DisposeAsync();
}
