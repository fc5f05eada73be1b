using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using Microsoft.Extensions.Hosting;

namespace LbCore.Server.Hosting;

/// <summary>Starts and stops the load balancer with the host. Bound when started, so that the ready line is true.</summary>
internal sealed class LoadBalancerService : IHostedService
{
    private readonly LoadBalancer _balancer;
    private readonly LbCoreOptions _options;
    private readonly IHostApplicationLifetime _lifetime;

    public LoadBalancerService(LoadBalancer balancer, LbCoreOptions options, IHostApplicationLifetime lifetime)
    {
        _options = options;
        _balancer = balancer;
        _lifetime = lifetime;
    }

    /// <summary>Gets whether the load balancer ended by itself.</summary>
    public bool LoopDied { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _balancer.StartAsync(cancellationToken).ConfigureAwait(false);
        _ = WatchAsync();
        Announce();
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        LoopDied ? _balancer.DisposeAsync().AsTask() : _balancer.StopAsync(cancellationToken);

    private async Task WatchAsync()
    {
        // The load balancer has logged why.
        await _balancer.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_balancer.Completion.IsFaulted)
        {
            LoopDied = true;
            _lifetime.StopApplication();
        }
    }

    private string SchemeOf(string listener) => _options.Listeners[listener].Mode == ListenerMode.Tcp ? "tcp" : "http";

    private void Announce()
    {
        var listeners = string.Join(' ', _balancer.EndPoints.Select(
            listener => $"{SchemeOf(listener.Key)}://{TransportAddress.Format(listener.Value)}"));
        var line = $"ready {listeners} engine={_balancer.EngineName} loops={_balancer.LoopCount}\n";
        try
        {
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(line));
            output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever started us does not listen; that is no reason not to serve.
        }
    }
}
