using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Server.Logging;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Hosting;

/// <summary>Reads the configuration again and lets it hold, or keeps the last good one and says why. One at a time. Any thread.</summary>
internal sealed class Reloader
{
    private readonly LoadBalancer _balancer;
    private readonly Func<LbCoreOptions>? _read;
    private readonly ILogger _logger;
    private int _requests;

    /// <param name="balancer">Who takes the options.</param>
    /// <param name="read">Reads them; null when there is nothing to read.</param>
    /// <param name="logger">Where the result is said.</param>
    public Reloader(LoadBalancer balancer, Func<LbCoreOptions>? read, ILogger<Reloader> logger)
    {
        _balancer = balancer;
        _read = read;
        _logger = logger;
    }

    /// <summary>Asks for a reload. Further requests while one runs make one more, which then reads the last state of the file.</summary>
    public void Request()
    {
        if (_read is null)
        {
            ServerLog.NothingToReload(_logger);
        }
        else if (Interlocked.Increment(ref _requests) == 1)
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

    private async Task ReloadOnceAsync()
    {
        try
        {
            await _balancer.ReloadAsync(_read!()).ConfigureAwait(false);
            ServerLog.Reloaded(_logger);
        }
        catch (LbCoreConfigurationException e)
        {
            foreach (var error in e.Errors)
            {
                ServerLog.ConfigurationError(_logger, error.ToString());
            }

            ServerLog.ReloadRefused(_logger, e.Errors.Count);
        }
        catch (Exception e)
        {
            ServerLog.ReloadFailed(_logger, e);
        }
    }
}
