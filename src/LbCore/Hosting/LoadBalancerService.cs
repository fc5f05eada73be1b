using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LbCore.Hosting;

/// <summary>
/// Runs all load balancers of a host. They start after every other service and stop before any, wherever they were added:
/// what they lead to may be served by the same process.
/// </summary>
internal sealed class LoadBalancerService : IHostedLifecycleService, IDisposable
{
    private readonly HostedBalancers _balancers;
    private readonly IServiceProvider _services;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private LoadBalancer[] _running = [];
    private ConfigurationWatch[] _watches = [];
    private bool _hostHasPhases;
    private Task? _start;
    private Task? _stop;

    public LoadBalancerService(
        HostedBalancers balancers, IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<LoadBalancer> logger)
    {
        _balancers = balancers;
        _services = services;
        _lifetime = lifetime;
        _logger = logger;
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _hostHasPhases = true;
        return Task.CompletedTask;
    }

    // The web host of old knows no other phase.
    public Task StartAsync(CancellationToken cancellationToken) => _hostHasPhases ? Task.CompletedTask : StartAllAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => StartAllAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => StopAllAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await StopAllAsync(cancellationToken).ConfigureAwait(false);
        if (Array.Find(_running, static balancer => balancer.Completion.IsFaulted) is { } dead)
        {
            throw new InvalidOperationException(
                "An event loop of a load balancer died, and with it the load balancer.", dead.Completion.Exception!.InnerException);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A host may be disposed of without a stop, also while it starts.
    public void Dispose()
    {
        _stopping.Cancel();
        EndWatches();
    }

    private Task StartAllAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _start is null
                ? _start = StartAllCoreAsync(cancellationToken)
                : throw new InvalidOperationException("The load balancers of a host start once. Build another host to start again.");
        }
    }

    private async Task StartAllCoreAsync(CancellationToken cancellationToken)
    {
        // Somebody's code that sets options must not run under the lock: a stop that comes meanwhile takes it.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var hostTime = HostTime.Read(_services);
        var running = new List<LoadBalancer>();
        var watches = new List<ConfigurationWatch>();
        try
        {
            foreach (var hosted in _balancers)
            {
                ThrowIfEnded(cancellationToken);
                var balancer = hosted.Find(_services);
                ThrowIfEnded(cancellationToken);
                await balancer.StartAsync(either.Token).ConfigureAwait(false);
                running.Add(balancer);
                Compare(balancer.ShutdownTimeout, hostTime);
                _ = EndWithAsync(balancer);
                if (hosted.Configuration is { } configuration)
                {
                    watches.Add(new ConfigurationWatch(
                        configuration, balancer.SectionText, balancer, () => hosted.ReadOptions(_services), _logger));
                }
            }

            lock (_gate)
            {
                // Either the stop sees what runs, or this sees the stop.
                ThrowIfEnded(cancellationToken: default);
                _running = [.. running];
                _watches = [.. watches];
            }
        }
        catch
        {
            // A host does not stop what it could not start.
            watches.ForEach(static watch => watch.Dispose());
            await Task.WhenAll(running.Select(static balancer => balancer.DisposeAsync().AsTask())).ConfigureAwait(false);
            throw;
        }
    }

    // Not by the token that links the two: it hears of the stop a moment later, from the pool.
    private void ThrowIfEnded(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _stopping.Token.ThrowIfCancellationRequested();
    }

    private Task StopAllAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _stop ??= StopAllCoreAsync(cancellationToken);
        }
    }

    private async Task StopAllCoreAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_start is { } start)
        {
            // How it ended is for who asked for it. One that takes longer than the stop may undoes itself when it is done.
            await start.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        EndWatches();
        var longest = HostTime.Read(_services) is { } hostTime ? HostTime.LongestDrain(hostTime) : TimeSpan.MaxValue;

        // All at once, so that together they take no longer than the slowest. A dead loop drains nothing.
        await Task.WhenAll(_running.Select(balancer => balancer.Completion.IsFaulted
            ? balancer.DisposeAsync().AsTask()
            : balancer.StopWithinAsync(longest, cancellationToken))).ConfigureAwait(false);
    }

    private void EndWatches() => Array.ForEach(_watches, static watch => watch.Dispose());

    private void Compare(TimeSpan drain, TimeSpan? hostTime)
    {
        // Both are 30 s by default, of which nobody needs to be told.
        if (hostTime < drain)
        {
            HostingLog.DrainIsShortened(
                _logger, Duration.Format(drain), Duration.Format(hostTime.Value), Duration.Format(HostTime.LongestDrain(hostTime.Value)));
        }
    }

    private async Task EndWithAsync(LoadBalancer balancer)
    {
        // The load balancer has logged why.
        await balancer.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (balancer.Completion.IsFaulted)
        {
            _lifetime.StopApplication();
        }
    }
}
