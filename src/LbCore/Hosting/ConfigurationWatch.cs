using System;
using System.Threading;
using LbCore.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LbCore.Hosting;

/// <summary>Asks for a reload when a configuration says something else than what holds.</summary>
internal sealed class ConfigurationWatch : IDisposable
{
    // Providers report one change several times, and a file may be seen half written.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly IConfiguration _configuration;
    private readonly OptionsReloader _reloader;
    private readonly IDisposable _registration;
    private readonly Timer _timer;
    private string _holds;
    private string _read = "";
    private int _isWaiting;

    /// <param name="configuration">What to watch. Its token tells of changes anywhere beside it, too.</param>
    /// <param name="holds">What it said when the options that hold now were read.</param>
    /// <param name="balancer">Who takes the options.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="logger">Where the results are logged.</param>
    public ConfigurationWatch(IConfiguration configuration, string holds, LoadBalancer balancer, Func<LbCoreOptions> read, ILogger logger)
    {
        _configuration = configuration;
        _holds = holds;
        _reloader = new OptionsReloader(balancer, () => Read(read), logger, () => Volatile.Write(ref _holds, _read));
        _timer = new Timer(static state => ((ConfigurationWatch)state!).Look(), this, Timeout.Infinite, Timeout.Infinite);
        _registration = ChangeToken.OnChange(configuration.GetReloadToken, OnChange);

        // What changed before that was not reported.
        OnChange();
    }

    public void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
    }

    // The pause is not begun anew by further changes, so that it ends also where they never do.
    private void OnChange()
    {
        if (Interlocked.Exchange(ref _isWaiting, 1) == 0)
        {
            _timer.Change(Pause, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        Volatile.Write(ref _isWaiting, 0);
        if (HasChanged())
        {
            _reloader.Request();
        }
    }

    private bool HasChanged()
    {
        try
        {
            return ConfigurationSectionReader.TextOf(_configuration) != Volatile.Read(ref _holds);
        }
        catch (Exception)
        {
            // Somebody's provider fails. The reload meets that, too, and logs it; here it would end the process.
            return true;
        }
    }

    private LbCoreOptions Read(Func<LbCoreOptions> read)
    {
        // Before the options: should it change in between, another look finds the difference.
        _read = ConfigurationSectionReader.TextOf(_configuration);
        return read();
    }
}
