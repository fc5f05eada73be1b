using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LbCore.Hosting;

/// <summary>
/// Reads options again and lets them hold, or keeps the last good ones and logs every error. One at a time. Any thread.
/// </summary>
public sealed class OptionsReloader
{
    private readonly LoadBalancer _balancer;
    private readonly Func<LbCoreOptions> _read;
    private readonly ILogger _logger;
    private readonly Action? _taken;
    private int _requests;

    /// <summary>Initializes it for one load balancer.</summary>
    /// <param name="balancer">Who takes the options. A reload that is asked for before it runs is done when it does.</param>
    /// <param name="read">Reads all options, such as <c>() => ConfigurationFile.Read("lbcore.json")</c>.</param>
    /// <param name="logger">Where the result is logged.</param>
    public OptionsReloader(LoadBalancer balancer, Func<LbCoreOptions> read, ILogger logger)
        : this(balancer, read, logger, null)
    {
    }

    /// <param name="balancer">Who takes the options.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="logger">Where the result is logged.</param>
    /// <param name="taken">Is told when those read last hold.</param>
    internal OptionsReloader(LoadBalancer balancer, Func<LbCoreOptions> read, ILogger logger, Action? taken)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(logger);
        _balancer = balancer;
        _read = read;
        _logger = logger;
        _taken = taken;
    }

    /// <summary>Asks for a reload and returns at once. Further requests while one runs make one more, which then reads the last state.</summary>
    public void Request()
    {
        if (Interlocked.Increment(ref _requests) == 1)
        {
            _ = Task.Run(ReloadAsync);
        }
    }

    private async Task ReloadAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _requests);
            await ReloadOnceAsync().ConfigureAwait(false);
        }
        while (Interlocked.CompareExchange(ref _requests, 0, seen) != seen);
    }

    /// <summary>Reloads once, and returns when that has ended.</summary>
    internal async Task ReloadOnceAsync()
    {
        await _balancer.Settled.ConfigureAwait(false);
        if (!_balancer.Runs)
        {
            return;
        }

        try
        {
            await _balancer.ReloadAsync(_read()).ConfigureAwait(false);
            _taken?.Invoke();
            HostingLog.Reloaded(_logger);
        }
        catch (Exception) when (!_balancer.Runs)
        {
            // It was stopped meanwhile, and needs no options any more.
        }
        catch (LbCoreConfigurationException e)
        {
            foreach (var error in e.Errors)
            {
                HostingLog.ReloadError(_logger, error.ToString());
            }

            HostingLog.ReloadRefused(_logger, e.Errors.Count);
        }
        catch (Exception e)
        {
            HostingLog.ReloadFailed(_logger, e);
        }
    }
}
