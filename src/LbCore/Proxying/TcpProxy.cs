using System;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>Serves the connections of one listener in mode tcp: picks a backend, connects, relays.</summary>
internal sealed class TcpProxy : IConnectionHandler
{
    private readonly TopologyStore _topology;

    public TcpProxy(string listener, string cluster, TimeSpan idleTimeout, TopologyStore topology, IOutcomeRecorder recorder)
    {
        Listener = listener;
        ClusterName = cluster;
        IdleMilliseconds = (long)idleTimeout.TotalMilliseconds;
        _topology = topology;
        Recorder = recorder;
    }

    public string Listener { get; }

    public string ClusterName { get; }

    public long IdleMilliseconds { get; }

    public IOutcomeRecorder Recorder { get; }

    /// <summary>Returns the cluster as the snapshot in force has it, or null when it is gone.</summary>
    public Cluster? FindCluster() => _topology.Current.FindCluster(ClusterName);

    public Task HandleAsync(TransportConnection connection) => new TcpRelay(this, connection).RunAsync();
}
