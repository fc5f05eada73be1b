using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;

namespace LbCore.Hosting;

/// <summary>Turns the addresses of backends into end points, once, off the loops: loops dial resolved addresses only.</summary>
internal sealed class BackendResolver
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _lookup;

    /// <param name="lookup">Looks a name up; throws <see cref="SocketException"/> when it has no address.</param>
    public BackendResolver(Func<string, CancellationToken, Task<IPAddress[]>> lookup) => _lookup = lookup;

    /// <summary>Gets the resolver that asks the system.</summary>
    public static BackendResolver System { get; } = new(static (name, token) => Dns.GetHostAddressesAsync(name, token));

    /// <summary>Resolves every backend. Of several addresses of a name the first one that is IPv4 or IPv6 counts.</summary>
    /// <exception cref="LbCoreConfigurationException">Names do not resolve; it names all of them.</exception>
    public async Task<ResolvedBackends> ResolveAsync(LbCoreOptions options, CancellationToken cancellationToken)
    {
        var errors = new List<ConfigurationError>();
        var resolved = new ResolvedBackends();
        foreach (var (clusterName, cluster) in options.Clusters)
        {
            foreach (var (backendName, backend) in cluster.Backends)
            {
                if (!BackendAddress.TryParse(backend.Address, out var address, out var error))
                {
                    errors.Add(new ConfigurationError(Path(clusterName, backendName), error!));
                    continue;
                }

                if (address.EndPoint is { } endPoint)
                {
                    resolved.Add(clusterName, backendName, endPoint);
                    continue;
                }

                var (ip, problem) = await LookUpAsync(address.Host!, cancellationToken).ConfigureAwait(false);
                if (ip is null)
                {
                    errors.Add(new ConfigurationError(
                        Path(clusterName, backendName),
                        $"'{backend.Address}' does not resolve: {problem}; correct the name, or write an IP address"));
                    continue;
                }

                resolved.Add(clusterName, backendName, new IPEndPoint(ip, address.Port));
            }
        }

        return errors.Count == 0 ? resolved : throw new LbCoreConfigurationException(errors);
    }

    private static string Path(string cluster, string backend) => $"clusters.{cluster}.backends.{backend}.address";

    private async Task<(IPAddress? Address, string Problem)> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            // The system's lookup does not look at its token once it has begun, and may take minutes.
            var addresses = await _lookup(name, deadline.Token).WaitAsync(deadline.Token).ConfigureAwait(false);
            var first = Array.Find(addresses, static a => a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6);
            return (first, "it has no address");
        }
        catch (SocketException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"the resolver did not answer within {Duration.Format(Timeout)}");
        }
    }
}
