using System.Threading;

namespace LbCore.Topology;

/// <summary>Is a bound listener over all snapshots: what holds for it now. The control plane sets it, the data plane reads it once a request.</summary>
internal sealed class ListenerState
{
    private Listener _current;

    public ListenerState(Listener current) => _current = current;

    public Listener Current => Volatile.Read(ref _current);

    public void Set(Listener listener) => Volatile.Write(ref _current, listener);
}
