using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Proxying.Http;

/// <summary>Serves the connections of one listener in mode http.</summary>
internal sealed class HttpProxy : IConnectionHandler
{
    private readonly TopologyStore _topology;
    private readonly HttpLoops _loops;

    public HttpProxy(TopologyStore topology, HttpLoops loops)
    {
        _topology = topology;
        _loops = loops;
    }

    public required ListenerState State { get; init; }

    /// <summary>Gets what holds for the listener now.</summary>
    public Listener Listener => State.Current;

    /// <summary>Gets what lets connections in; null when nothing limits them.</summary>
    public Admission? Admission { get; init; }

    public required ExchangePool Exchanges { get; init; }

    public required IOutcomeRecorder Recorder { get; init; }

    /// <summary>Returns a cluster as the snapshot in force has it, or null when it is gone.</summary>
    public Cluster? FindCluster(string name) => _topology.Current.FindCluster(name);

    public Task HandleAsync(TransportConnection connection)
    {
        if (Admission?.TryAdmit(connection) == false)
        {
            Recorder.Record(new HttpConnectionOutcome { Listener = Listener.Name, Client = connection, End = ConnectionEnd.AddressLimit });
            return Task.CompletedTask;
        }

        return new Http1Connection(this, _loops[connection.Loop], connection).RunAsync();
    }
}
