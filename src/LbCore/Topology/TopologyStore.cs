using System.Threading;

namespace LbCore.Topology;

/// <summary>Holds the snapshot in force. The control plane publishes; the data plane reads it once an attempt and keeps none.</summary>
internal sealed class TopologyStore
{
    private TopologySnapshot _current = TopologySnapshot.Empty;

    public TopologySnapshot Current => Volatile.Read(ref _current);

    public void Publish(TopologySnapshot snapshot) => Volatile.Write(ref _current, snapshot);
}
