using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LbCore.Transport;

/// <summary>Is what the engines share: loops, listeners, counters, the log ring and the watchdog.</summary>
internal abstract class LoopEngine : TransportEngine
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<LoopListener> _listeners = [];
    private readonly LogRing _log;
    private EventLoop[] _loops = [];
    private LoopWatchdog? _watchdog;
    private long _accepted;
    private long _acceptErrors;
    private long _acceptPauses;
    private long _handlerFailures;
    private int _disposing;

    protected LoopEngine(TransportOptions options, string reason, ILogger logger)
    {
        Options = options;
        Reason = reason;
        _log = new LogRing(logger);
    }

    public override string Reason { get; }

    public override IReadOnlyList<EventLoop> Loops => _loops;

    public override Task Completion => _completion.Task;

    public override ILogger LoopLogger => _log;

    protected TransportOptions Options { get; }

    public override TransportListener Listen(ListenOptions options, IConnectionHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Backlog, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Backlog, ushort.MaxValue, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConnections, 1, nameof(options));
        ObjectDisposedException.ThrowIf(_disposing != 0, this);
        var (listener, acceptors) = Bind(options, handler);
        lock (_listeners)
        {
            _listeners.Add(listener);
        }

        listener.Begin(acceptors);
        return listener;
    }

    public override TransportCounters ReadCounters() => new()
    {
        OpenConnections = _loops.Sum(static loop => (long)loop.OpenConnections),
        PendingDials = _loops.Sum(static loop => (long)loop.PendingDials),
        RentedBuffers = _loops.Sum(static loop => (long)loop.Buffers.Rented),
        PooledBuffers = _loops.Sum(static loop => (long)loop.Buffers.Pooled),
        Accepted = Interlocked.Read(ref _accepted),
        AcceptErrors = Interlocked.Read(ref _acceptErrors),
        AcceptPauses = Interlocked.Read(ref _acceptPauses),
        HandlerFailures = Interlocked.Read(ref _handlerFailures),
        Stalls = _watchdog?.Stalls ?? 0,
        DroppedLogEntries = _log.Dropped,
    };

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
        {
            await _log.DisposeAsync().ConfigureAwait(false);
            return;
        }

        foreach (var loop in _loops)
        {
            loop.RequestStop();
        }

        await Task.WhenAll(_loops.Select(static loop => loop.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watchdog?.Stop();
        await _log.DisposeAsync().ConfigureAwait(false);
        _completion.TrySetResult();
    }

    internal void Start(EventLoop[] loops)
    {
        _loops = loops;
        TransportLog.EngineStarted(_log, Name, loops.Length, Reason);
        foreach (var loop in loops)
        {
            loop.Start();
            loop.Ended.ContinueWith(OnLoopFailed, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        _watchdog = new LoopWatchdog(loops, Options.StallThreshold, _log);
    }

    /// <summary>
    /// Picks the loop for a connection that <paramref name="own"/> has accepted: its own, unless another has clearly fewer.
    /// The kernel spreads by hash, and few connections spread badly.
    /// </summary>
    internal EventLoop LoopFor(EventLoop own)
    {
        var least = own;
        foreach (var loop in _loops)
        {
            if (loop.OpenConnections < least.OpenConnections)
            {
                least = loop;
            }
        }

        // A hand-over wakes another thread, so it has to be worth it.
        return own.OpenConnections - least.OpenConnections > 2 + (least.OpenConnections / 8) ? least : own;
    }

    internal void Remove(LoopListener listener)
    {
        lock (_listeners)
        {
            _listeners.Remove(listener);
        }
    }

    internal void OnAccepted() => Interlocked.Increment(ref _accepted);

    internal void OnAcceptError() => Interlocked.Increment(ref _acceptErrors);

    internal void OnAcceptPaused() => Interlocked.Increment(ref _acceptPauses);

    internal void OnListenerBroken(EndPoint endPoint, SocketError error) =>
        _completion.TrySetException(new ListenException($"The listener on {TransportAddress.Format(endPoint)} broke ({error}).", error));

    internal void OnHandlerFailed(TransportConnection connection, Exception exception)
    {
        Interlocked.Increment(ref _handlerFailures);
        TransportLog.HandlerFailed(_log, connection.ToString() ?? "a connection", exception);
    }

    internal void OnCallbackFailed(Exception exception)
    {
        Interlocked.Increment(ref _handlerFailures);
        TransportLog.CallbackFailed(_log, exception);
    }

    private protected abstract (LoopListener Listener, IAcceptor[] Acceptors) Bind(ListenOptions options, IConnectionHandler handler);

    private void OnLoopFailed(Task ended) => _completion.TrySetException(ended.Exception!.InnerExceptions);
}
