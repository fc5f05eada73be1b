using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace LbCore.Server.Hosting;

/// <summary>
/// <see cref="StopSignals"/>: the first one drains and ends the host. SIGHUP: reads the configuration again. SIGUSR1: opens
/// the access log's file again.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ReloadSignal _reload;
    private readonly LoadBalancer _balancer;
    private StopSignals? _stop;
    private PosixSignalRegistration[] _registrations = [];

    public SignalLifetime(IHostApplicationLifetime lifetime, ReloadSignal reload, LoadBalancer balancer)
    {
        _lifetime = lifetime;
        _reload = reload;
        _balancer = balancer;
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        // .NET 10 has no SIGTERM handling of its own any more.
        _stop = new StopSignals(_lifetime.StopApplication, Environment.Exit);
        _registrations =
        [
            // Without a file to read again nothing happens: a closed terminal must not cut connections.
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _reload.Request();
            }),
        ];
        if (!OperatingSystem.IsWindows())
        {
            // .NET has no name for it, and takes the system's number.
            var user1 = (PosixSignal)(OperatingSystem.IsLinux() ? 10 : 30);
            _registrations = [.. _registrations, PosixSignalRegistration.Create(user1, context =>
            {
                context.Cancel = true;
                _balancer.ReopenLogs();
            })];
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stop?.Dispose();
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
