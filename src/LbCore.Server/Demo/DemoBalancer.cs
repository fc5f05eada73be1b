using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Demo;

/// <summary>Is the load balancer of the demo: one listener in mode http and one in mode tcp, in front of the same backends.</summary>
internal sealed class DemoBalancer : IAsyncDisposable
{
    private const string Http = "http";
    private const string Tcp = "tcp";
    private const string ClusterName = "demo";

    // How many ports are tried, the first one included.
    private const int MostPorts = 100;

    // Between the look for a free port and the start another process may take it, such as another demo that starts now.
    private const int MostStarts = 20;
    private const int LongestPauseMilliseconds = 200;

    // A client of the user's own that stays connected does not hold the end up for longer.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<DemoBackend> _backends;
    private readonly LoadBalancer _balancer;
    private readonly IReadOnlyList<string> _overrides;
    private readonly int _httpPort;
    private readonly int _tcpPort;

    private DemoBalancer(
        IReadOnlyList<DemoBackend> backends, int httpPort, int tcpPort, IReadOnlyList<string> overrides, ILoggerFactory loggers)
    {
        _overrides = overrides;
        _backends = backends;
        _httpPort = httpPort;
        _tcpPort = tcpPort;
        _balancer = LoadBalancer.Create(BuildOptions(), loggers);
    }

    public IPEndPoint HttpAddress => (IPEndPoint)_balancer.EndPoints[Http];

    public IPEndPoint TcpAddress => (IPEndPoint)_balancer.EndPoints[Tcp];

    /// <summary>Gets a task that fails when the load balancer ends by itself.</summary>
    public Task Completion => _balancer.Completion;

    /// <summary>Starts it on the ports of the settings or, where they are taken, on the next free ones.</summary>
    /// <param name="settings">Which ports.</param>
    /// <param name="engine">Looks for free ports, by the same rules as the load balancer binds them.</param>
    /// <param name="backends">What it balances over.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="notes">Takes a line for each port that was taken.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ListenException">No port is free, or none may be bound.</exception>
    /// <exception cref="LbCoreConfigurationException">What is laid over the options is wrong.</exception>
    public static async Task<DemoBalancer> StartAsync(
        DemoSettings settings,
        TransportEngine engine,
        IReadOnlyList<DemoBackend> backends,
        ILoggerFactory loggers,
        ICollection<string> notes,
        CancellationToken cancellationToken)
    {
        var pauses = new Random(Environment.ProcessId);
        for (var start = 1; ; start++)
        {
            notes.Clear();
            var http = await FindPortAsync(engine, settings.HttpPort, except: 0, notes).ConfigureAwait(false);
            var tcp = await FindPortAsync(engine, settings.TcpPort, except: http, notes).ConfigureAwait(false);
            var balancer = new DemoBalancer(backends, http, tcp, settings.Overrides, loggers);
            try
            {
                await balancer._balancer.StartAsync(cancellationToken).ConfigureAwait(false);
                return balancer._balancer.EndPoints.Values.All(static address => address is IPEndPoint)
                    ? balancer
                    : throw new ListenException("The demo's clients know IP addresses only. Leave its listeners on 127.0.0.1, or choose another IP address and port.");
            }
            catch (ListenException e) when (e.IsAddressInUse && start < MostStarts)
            {
                // Taken in the meantime; look again, and not in step with the other one.
            }

            await Task.Delay(pauses.Next(LongestPauseMilliseconds), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets the backends' conditions and addresses hold.</summary>
    public Task ReloadAsync() => _balancer.ReloadAsync(BuildOptions());

    /// <summary>Drains and stops.</summary>
    public async ValueTask DisposeAsync() => await _balancer.StopAsync().ConfigureAwait(false);

    private static async Task<int> FindPortAsync(TransportEngine engine, int wanted, int except, ICollection<string> notes)
    {
        var last = Math.Min(wanted + MostPorts - 1, IPEndPoint.MaxPort);
        for (var port = wanted; wanted != 0; port++)
        {
            if (port == except)
            {
                continue;
            }

            try
            {
                var listener = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, port) }, NoHandler.Instance);
                await listener.DisposeAsync().ConfigureAwait(false);
                if (port != wanted)
                {
                    notes.Add(string.Create(CultureInfo.InvariantCulture, $"Port {wanted} is taken; {port} is used."));
                }

                return port;
            }
            catch (ListenException e) when (e.IsAddressInUse && port < last)
            {
                // The next one may be free.
            }
        }

        return 0;
    }

    private LbCoreOptions BuildOptions()
    {
        var cluster = new ClusterOptions();
        foreach (var backend in _backends)
        {
            cluster.Backends.Add(backend.Spec.Name, new BackendOptions
            {
                Address = TransportAddress.Format(backend.Address),
                Weight = backend.Condition == BackendCondition.Draining ? 0 : 1,
            });
        }

        var options = new LbCoreOptions { ShutdownTimeout = ShutdownTimeout };
        options.Clusters.Add(ClusterName, cluster);
        options.Listeners.Add(Http, BuildListener(_httpPort, ListenerMode.Http));
        options.Listeners.Add(Tcp, BuildListener(_tcpPort, ListenerMode.Tcp));
        return ConfigurationFile.Override(options, _overrides);
    }

    private static ListenerOptions BuildListener(int port, ListenerMode mode) => new()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
        Mode = mode,
        Cluster = ClusterName,
    };

    private sealed class NoHandler : IConnectionHandler
    {
        public static readonly NoHandler Instance = new();

        public Task HandleAsync(TransportConnection connection) => Task.CompletedTask;
    }
}
