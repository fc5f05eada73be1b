using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Hosting;

namespace LbCore.Server.Hosting;

/// <summary>
/// SIGTERM, SIGINT and SIGQUIT: the first one drains and ends the host, the second one ends the process at once with 128
/// and the signal's number (143, 130, 131), as shells report it. SIGHUP: reads the configuration again.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ReloadSignal _reload;
    private PosixSignalRegistration[] _registrations = [];
    private int _signals;

    public SignalLifetime(IHostApplicationLifetime lifetime, ReloadSignal reload)
    {
        _lifetime = lifetime;
        _reload = reload;
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        // .NET 10 has no SIGTERM handling of its own any more.
        _registrations =
        [
            Register(PosixSignal.SIGTERM, 15),
            Register(PosixSignal.SIGINT, 2),
            Register(PosixSignal.SIGQUIT, 3),

            // Without a file to read again nothing happens: a closed terminal must not cut connections.
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _reload.Request();
            }),
        ];
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            Environment.Exit(128 + number);
        }

        _lifetime.StopApplication();
    });
}
