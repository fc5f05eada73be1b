using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Diagnostics;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Hosting;

/// <summary>The engine and the bound listeners of a started load balancer, and the order in which they stop.</summary>
internal sealed class RunningBalancer
{
    /// <summary>How long the listeners may take to close.</summary>
    private static readonly TimeSpan UnbindGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long aborted connections may take to notice, before the loops end under them.</summary>
    private static readonly TimeSpan AbortGrace = TimeSpan.FromSeconds(1);

    /// <summary>How long a reload may take to end: one that has begun to hold may still write what a log before it has.</summary>
    private static readonly TimeSpan ReloadGrace = TimeSpan.FromSeconds(4);

    private readonly TransportListener[] _listeners;
    private readonly ListenerHandlers _handlers;
    private readonly TimeProvider _time;

    private RunningBalancer(
        TransportEngine engine,
        ListenerHandlers handlers,
        AccessLogs accessLogs,
        IReadOnlyDictionary<string, TransportListener> listeners,
        TimeProvider time)
    {
        Engine = engine;
        AccessLogs = accessLogs;
        _handlers = handlers;
        _listeners = [.. listeners.Values];
        EndPoints = listeners.ToDictionary(static pair => pair.Key, static pair => pair.Value.EndPoint, StringComparer.Ordinal);
        _time = time;
    }

    public TransportEngine Engine { get; }

    public AccessLogs AccessLogs { get; }

    public IOutcomeRecorder Recorder => _handlers.Recorder;

    public IReadOnlyDictionary<string, EndPoint> EndPoints { get; }

    public int Connections => _listeners.Sum(static listener => listener.Connections);

    /// <summary>Starts the loops and binds the listeners, or leaves nothing behind.</summary>
    public static async Task<RunningBalancer> StartAsync(
        LbCoreOptions options, LoadBalancerEnvironment environment, TopologyStore topology, ILogger transportLogger, ILogger logger)
    {
        var transport = environment.Transport with
        {
            Engine = options.Engine,
            Loops = options.Loops ?? environment.Transport.Loops,
        };
        var engine = TransportEngine.Create(transport, transportLogger);
        AccessLogs? accessLogs = null;
        try
        {
            var handlers = new ListenerHandlers(engine, topology, environment);
            accessLogs = new AccessLogs(engine, handlers.Recorder, transport.TimeProvider, logger);
            await accessLogs.ApplyAsync(options.AccessLog, accessLogs.Open(options)).ConfigureAwait(false);
            var listeners = new Dictionary<string, TransportListener>(StringComparer.Ordinal);
            foreach (var (name, listener) in options.Listeners)
            {
                if (!TransportAddress.TryParse(listener.Address, out var endPoint, out var error))
                {
                    throw new ListenException(error);
                }

                listeners.Add(name, engine.Listen(
                    new ListenOptions { EndPoint = endPoint!, MaxConnections = listener.MaxConnections },
                    handlers.Create(name, listener)));
            }

            return new RunningBalancer(engine, handlers, accessLogs, listeners, transport.TimeProvider);
        }
        catch
        {
            // Ends the listeners that are bound already, too.
            await engine.DisposeAsync().ConfigureAwait(false);
            await (accessLogs?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets other options hold for the listeners, and empties the pools of backends that are gone.</summary>
    public void Apply(LbCoreOptions options, TopologySnapshot current, TopologySnapshot replaced)
    {
        _handlers.Apply(options, current);
        _handlers.OnPublished(current, replaced);
    }

    /// <summary>Drains, then stops: see <see cref="LoadBalancer.StopAsync"/>.</summary>
    /// <param name="timeout">How long the drain may take.</param>
    /// <param name="reloaded">Completes when no reload is under way any more.</param>
    /// <param name="logger">Where it is logged.</param>
    /// <param name="cancellationToken">Ends the drain.</param>
    public async Task StopAsync(TimeSpan timeout, Task reloaded, ILogger logger, CancellationToken cancellationToken)
    {
        // 1. Nothing new; what waits in the backlogs is still accepted. A loop that died cannot answer: hence a bound.
        await Task.WhenAll(_listeners.Select(static listener => listener.StopAcceptingAsync()))
            .WaitAsync(UnbindGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // 2. What runs may end by itself. HTTP connections that only wait for another request end now.
        _handlers.BeginDrain();
        var drained = Task.WhenAll(_listeners.Select(static listener => listener.WhenDrainedAsync()));
        if (!drained.IsCompleted && timeout > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
        {
            HostingLog.Draining(logger, Connections, Duration.Format(timeout));
            await drained.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // 3. What is left is cut off.
        if (!drained.IsCompleted)
        {
            HostingLog.DrainCut(logger, Connections);
            foreach (var listener in _listeners)
            {
                listener.AbortConnections(CloseReason.Shutdown);
            }

            await drained.WaitAsync(AbortGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // A reload under way would give pools and log that are gone something new.
        await reloaded.WaitAsync(ReloadGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // 4. Idle backend connections are closed on their loops, as long as these run.
        await _handlers.StopAsync().WaitAsync(AbortGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // 5. The loops end; dials that still wait are cancelled with them.
        await Engine.DisposeAsync().ConfigureAwait(false);

        // 6. All is recorded. What the access log still holds is written, unless its file does not take it.
        await AccessLogs.StopAsync().ConfigureAwait(false);
    }
}
