using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>Serves the connections of one listener in mode tcp: picks a backend, connects, relays.</summary>
internal sealed class TcpProxy : IConnectionHandler
{
    private readonly ListenerState _state;
    private readonly TopologyStore _topology;

    public TcpProxy(ListenerState state, Admission admission, TopologyStore topology, IOutcomeRecorder recorder)
    {
        _state = state;
        Admission = admission;
        _topology = topology;
        Recorder = recorder;
    }

    public Admission Admission { get; }

    public string Listener => _state.Current.Name;

    public string ClusterName => _state.Current.Routes.Otherwise ?? "";

    public long IdleMilliseconds => _state.Current.IdleMilliseconds;

    public long HalfClosedMilliseconds => _state.Current.HalfClosedMilliseconds;

    public IOutcomeRecorder Recorder { get; }

    /// <summary>Returns the cluster as the snapshot in force has it; while that changes, as the listener's own has it.</summary>
    public Cluster? FindCluster()
    {
        var listener = _state.Current;
        return listener.Routes.Otherwise is { } name ? _topology.Current.FindCluster(name) ?? listener.Snapshot.FindCluster(name) : null;
    }

    public Task HandleAsync(TransportConnection connection)
    {
        if (!Admission.TryAdmit(connection))
        {
            Recorder.Record(new ConnectionOutcome
            {
                Listener = Listener,
                Cluster = ClusterName,
                Client = connection,
                FailedBy = FailureSource.Proxy,
                Stage = Stage.Admit,
                RetrySafety = RetrySafety.Always,
                ClientClose = connection.CloseReason,
                ConnectMilliseconds = -1,
            });
            return Task.CompletedTask;
        }

        return new TcpRelay(this, connection).RunAsync();
    }
}
