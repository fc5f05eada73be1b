using System;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Server.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Hosting;

/// <summary>What a signal to reload does: reads the configuration file again, where there is one. Any thread.</summary>
internal sealed class ReloadSignal
{
    private readonly OptionsReloader? _reloader;
    private readonly ILogger _logger;

    /// <param name="services">The services of the host.</param>
    /// <param name="read">Reads the options; null when there is nothing to read.</param>
    public ReloadSignal(IServiceProvider services, Func<LbCoreOptions>? read)
    {
        _logger = services.GetRequiredService<ILogger<LoadBalancer>>();
        _reloader = read is null ? null : new OptionsReloader(services.GetRequiredService<LoadBalancer>(), read, _logger);
    }

    public void Request()
    {
        if (_reloader is null)
        {
            ServerLog.NothingToReload(_logger);
        }
        else
        {
            _reloader.Request();
        }
    }
}
