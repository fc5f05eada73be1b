using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Diagnostics;
using LbCore.Topology;
using LbCore.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LbCore.Hosting;

/// <summary>Represents one load balancer: its listeners, its loops and what it balances over. Several may run in one process.</summary>
/// <remarks>Members may be called from any thread. It starts once and stops once.</remarks>
public sealed class LoadBalancer : IAsyncDisposable, IDisposable
{
    private const string DoesNotRun = "Only a load balancer that runs can take other options.";

    /// <summary>How long <see cref="Dispose"/> waits. What is aborted ends far earlier, unless a loop hangs.</summary>
    private static readonly TimeSpan DisposeGrace = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private LbCoreOptions _options;
    private readonly LoadBalancerEnvironment _environment;
    private readonly ILogger _logger;
    private readonly ILogger _transportLogger;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly Lock _gate = new();
    private RunningBalancer? _running;
    private Task? _start;
    private Task? _stop;

    private LoadBalancer(LbCoreOptions options, ILoggerFactory loggers, LoadBalancerEnvironment environment)
    {
        _options = options;
        _environment = environment;
        _logger = loggers.CreateLogger<LoadBalancer>();
        _transportLogger = loggers.CreateLogger("LbCore.Transport");
    }

    /// <summary>Gets the names of the strategies that are built in.</summary>
    public static IReadOnlyCollection<string> BuiltInStrategies => StrategyRegistry.BuiltIn.Names;

    /// <summary>Gets the bound addresses by the listeners' names, with their real ports. Empty until started.</summary>
    public IReadOnlyDictionary<string, EndPoint> EndPoints => _running?.EndPoints ?? new Dictionary<string, EndPoint>();

    /// <summary>Gets the name of the engine that runs, <c>epoll</c> or <c>managed</c>. Empty until started.</summary>
    public string EngineName => _running?.Engine.Name ?? "";

    /// <summary>Gets the number of loops that run. 0 until started.</summary>
    public int LoopCount => _running?.Engine.Loops.Count ?? 0;

    /// <summary>Gets a task that completes when the load balancer has stopped, and fails when a loop dies.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Gets a task that completes when the start has ended, well or not, or a stop has begun.</summary>
    internal Task Settled => _settled.Task;

    /// <summary>Gets whether it runs and no stop has begun.</summary>
    internal bool Runs => _running is not null && !_stopping.IsCancellationRequested;

    internal TopologyStore Topology { get; } = new();

    /// <summary>Gets what the section said that its options were read from; empty without one.</summary>
    internal string SectionText => _options.Origin?.SectionText ?? "";

    internal RunningBalancer? Running => _running;

    /// <summary>Gets how long its options let a drain take.</summary>
    internal TimeSpan ShutdownTimeout => _options.ShutdownTimeout;

    /// <summary>Creates a load balancer. Nothing happens until <see cref="StartAsync"/>.</summary>
    /// <param name="options">What to listen on and where to send it. Read when it starts; later changes have no effect.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    public static LoadBalancer Create(LbCoreOptions options, ILoggerFactory? loggerFactory = null) =>
        Create(options, loggerFactory, new LoadBalancerEnvironment());

    /// <summary>Creates a load balancer with parts of your own. Nothing happens until <see cref="StartAsync"/>.</summary>
    /// <param name="options">What to listen on and where to send it. Read when it starts; later changes have no effect.</param>
    /// <param name="extensions">What the options refer to by name beside what is built in.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    /// <exception cref="ArgumentException">Two strategies have the same name, or one has none.</exception>
    public static LoadBalancer Create(LbCoreOptions options, LbCoreExtensions extensions, ILoggerFactory? loggerFactory = null) =>
        Create(options, loggerFactory, new LoadBalancerEnvironment { Strategies = StrategiesOf(extensions) });

    /// <summary>
    /// Checks options without starting anything: all that can be told without looking names up or binding addresses.
    /// </summary>
    /// <returns>Everything that is wrong; none when they can be used.</returns>
    public static IReadOnlyList<ConfigurationError> Check(LbCoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Check(options, StrategyRegistry.BuiltIn, new OwnAddresses(new LoadBalancerEnvironment().ListOwnAddresses), []);
    }

    /// <summary>
    /// Checks options that refer to parts of your own, without starting anything: all that can be told without looking names
    /// up or binding addresses.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="extensions">What the options refer to by name beside what is built in.</param>
    /// <returns>Everything that is wrong; none when they can be used.</returns>
    /// <exception cref="ArgumentException">Two strategies have the same name, or one has none.</exception>
    public static IReadOnlyList<ConfigurationError> Check(LbCoreOptions options, LbCoreExtensions extensions)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Check(options, StrategiesOf(extensions), new OwnAddresses(new LoadBalancerEnvironment().ListOwnAddresses), []);
    }

    internal static LoadBalancer Create(LbCoreOptions options, ILoggerFactory? loggerFactory, LoadBalancerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new LoadBalancer(options, loggerFactory ?? NullLoggerFactory.Instance, environment);
    }

    /// <summary>
    /// Checks the options, resolves names, starts the loops and binds every listener: when the task completes, all of
    /// them accept. When it fails, nothing is left behind.
    /// </summary>
    /// <exception cref="LbCoreConfigurationException">The options have errors; it carries all of them.</exception>
    /// <exception cref="ListenException">A listener's address cannot be bound, for example because it is in use.</exception>
    /// <exception cref="PlatformNotSupportedException">The engine asked for does not run here.</exception>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_start is not null || _stop is not null)
            {
                throw new InvalidOperationException("A load balancer starts once. Create another one to start again.");
            }

            return _start = StartCoreAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Drains and stops: takes nothing new, waits until open connections have ended or
    /// <see cref="LbCoreOptions.ShutdownTimeout"/> has passed, then aborts what is left and ends the loops.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait at once; what is left is aborted and the loops end all the same.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => StopWithinAsync(TimeSpan.MaxValue, cancellationToken);

    /// <summary>Drains and stops, with a drain no longer than given, whatever the options allow.</summary>
    internal Task StopWithinAsync(TimeSpan longestDrain, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_stop is null)
            {
                _settled.TrySetResult();
                _stop = StopCoreAsync(longestDrain, cancellationToken);
            }

            return _stop;
        }
    }

    /// <summary>
    /// Lets other options hold: clusters, backends, routes, time limits, bounds and the access log. Nothing is interrupted: what runs goes
    /// on, backends that stay keep their connections and figures. Listeners (their addresses, modes and limits of
    /// connections), the engine and the number of loops cannot change while it runs.
    /// </summary>
    /// <param name="options">All options, not only those that change.</param>
    /// <param name="cancellationToken">Ends the wait for names to resolve; nothing has changed then.</param>
    /// <exception cref="LbCoreConfigurationException">The options have errors. What held before still holds.</exception>
    /// <exception cref="InvalidOperationException">It does not run, or was stopped before the options held.</exception>
    public async Task ReloadAsync(LbCoreOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Runs)
        {
            throw new InvalidOperationException(DoesNotRun);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            await _reloading.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                await ReloadCoreAsync(_running!, options, either.Token).ConfigureAwait(false);
            }
            finally
            {
                _reloading.Release();
            }
        }
        catch (OperationCanceledException e) when (_stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException(DoesNotRun, e);
        }
    }

    /// <summary>
    /// Closes the access log's file and opens its path again, as after a rotation. Returns at once; no line is lost or cut.
    /// When it cannot be opened, the file that is open goes on. Nothing happens without an access log, or before the start.
    /// </summary>
    public void ReopenLogs() => _running?.AccessLogs.Reopen();

    /// <summary>Stops without a drain: aborts what is open and ends the loops. Waits for a stop that is already under way.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(new CancellationToken(canceled: true)));

    /// <summary>
    /// Stops without a drain, as <see cref="DisposeAsync"/> does, and ends a drain that is under way. Blocks until it has
    /// stopped, for 15 s at most; called on one of its loops, which cannot end meanwhile, it does not wait.
    /// </summary>
    public void Dispose()
    {
        _ = _aborting.CancelAsync();
        var stopped = StopAsync(new CancellationToken(canceled: true));
        if (_running is { } running && running.Engine.Loops.Any(static loop => loop.InLoop))
        {
            return;
        }

        stopped.WaitAsync(DisposeGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
    }

    private async Task StartCoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StartInnerAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _settled.TrySetResult();
        }
    }

    private async Task StartInnerAsync(CancellationToken cancellationToken)
    {
        // Binding and starting threads must not run under the caller's lock, nor on its thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();
        var own = new OwnAddresses(_environment.ListOwnAddresses);
        var endPoints = await ResolveAsync(_options, own, [], cancellationToken).ConfigureAwait(false);
        LogResolved(endPoints);
        Publish(_options, endPoints, own);
        cancellationToken.ThrowIfCancellationRequested();
        var running = await RunningBalancer.StartAsync(_options, _environment, Topology, _transportLogger, _logger).ConfigureAwait(false);
        _running = running;
        _ = WatchAsync(running.Engine);
        foreach (var (name, endPoint) in running.EndPoints)
        {
            var listener = _options.Listeners[name];
            var address = TransportAddress.Format(endPoint);
            if (string.IsNullOrEmpty(listener.Cluster))
            {
                HostingLog.RoutesBound(_logger, name, address, listener.Routes.Count);
            }
            else
            {
                HostingLog.ListenerBound(_logger, name, address, listener.Cluster);
            }
        }
    }

    private async Task ReloadCoreAsync(RunningBalancer running, LbCoreOptions options, CancellationToken cancellationToken)
    {
        var own = new OwnAddresses(_environment.ListOwnAddresses);
        var endPoints = await ResolveAsync(options, own, FixedOptions.Compare(_options, options), cancellationToken).ConfigureAwait(false);

        // From here on a stop waits for this.
        cancellationToken.ThrowIfCancellationRequested();
        var replaced = Topology.Current;
        var log = running.AccessLogs.Open(options);
        try
        {
            Publish(options, endPoints, own);
            running.Apply(options, Topology.Current, replaced);
        }
        catch (Exception) when (log is not null)
        {
            await log.StopAsync().ConfigureAwait(false);
            throw;
        }

        _options = options;
        await running.AccessLogs.ApplyAsync(options.AccessLog, log).ConfigureAwait(false);
    }

    /// <summary>Checks options and looks their names up.</summary>
    private Task<ResolvedBackends> ResolveAsync(
        LbCoreOptions options, OwnAddresses own, IEnumerable<ConfigurationError> more, CancellationToken cancellationToken)
    {
        ThrowIfAny(Check(options, _environment.Strategies, own, more));
        return _environment.Resolver.ResolveAsync(options, cancellationToken);
    }

    private void Publish(LbCoreOptions options, ResolvedBackends endPoints, OwnAddresses own)
    {
        // Literal addresses have passed this; now names are known, too.
        ThrowIfAny([.. ForwardingCircles.Find(options, (cluster, backend) => endPoints[cluster, backend], own.Contains)]);
        Topology.Publish(TopologyBuilder.Build(options, endPoints, _environment.Strategies, Topology.Current));
    }

    private async Task StopCoreAsync(TimeSpan longestDrain, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (_start is not null)
        {
            // How starting ended is its caller's business.
            await _start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_running is { } running)
        {
            var drain = _options.ShutdownTimeout < longestDrain ? _options.ShutdownTimeout : longestDrain;
            using var hurry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _aborting.Token);
            await running.StopAsync(drain, _reloading.WaitAsync(CancellationToken.None), _logger, hurry.Token).ConfigureAwait(false);
            HostingLog.Stopped(_logger);
        }

        _completion.TrySetResult();
    }

    private async Task WatchAsync(TransportEngine engine)
    {
        try
        {
            await engine.Completion.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            HostingLog.LoopDied(_logger, e);
            _completion.TrySetException(e);
        }
    }

    private static StrategyRegistry StrategiesOf(LbCoreExtensions extensions)
    {
        ArgumentNullException.ThrowIfNull(extensions);
        return StrategyRegistry.With([.. extensions.Strategies]);
    }

    private static IReadOnlyList<ConfigurationError> Check(
        LbCoreOptions options, StrategyRegistry strategies, OwnAddresses own, IEnumerable<ConfigurationError> more)
    {
        ConfigurationError[] found = [.. LbCoreOptionsValidator.Validate(options, new StrategyCatalog(strategies), own.Contains), .. more];
        return options.Origin is { } origin ? origin.Join(found) : found;
    }

    private static void ThrowIfAny(IReadOnlyList<ConfigurationError> errors)
    {
        if (errors.Count > 0)
        {
            throw new LbCoreConfigurationException(errors);
        }
    }

    private void LogResolved(ResolvedBackends endPoints)
    {
        foreach (var (clusterName, cluster) in _options.Clusters)
        {
            foreach (var (name, backend) in cluster.Backends.Where(static pair => IsName(pair.Value)))
            {
                HostingLog.BackendResolved(
                    _logger, clusterName, name, backend.Address, TransportAddress.Format(endPoints[clusterName, name]));
            }
        }
    }

    private static bool IsName(BackendOptions backend) =>
        BackendAddress.TryParse(backend.Address, out var address, out _) && address.Host is not null;
}
