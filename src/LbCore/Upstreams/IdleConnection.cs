using System.Diagnostics;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>One place of a pool: an idle connection between its neighbours by age, or a spare place.</summary>
internal sealed class IdleConnection
{
    private readonly UpstreamPool _pool;
    private TransportConnection? _connection;

    public IdleConnection(UpstreamPool pool) => _pool = pool;

    public TransportConnection Connection
    {
        get
        {
            Debug.Assert(_connection is not null, "A spare place is not in the list.");
            return _connection;
        }
    }

    public long IdleSince { get; private set; }

    public IdleConnection? Older { get; set; }

    public IdleConnection? Newer { get; set; }

    public void Fill(TransportConnection connection, long now)
    {
        _connection = connection;
        IdleSince = now;
        connection.OnPeerChanged(static state => ((IdleConnection)state!).OnPeerChanged(), this);
    }

    public TransportConnection Empty()
    {
        var connection = Connection;
        connection.OnPeerChanged(null, null);
        _connection = null;
        return connection;
    }

    // Unregistered with the place's end, so it is idle still.
    private void OnPeerChanged() => _pool.OnPeerGone(this);
}
