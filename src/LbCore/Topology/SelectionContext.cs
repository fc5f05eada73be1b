using System.Net;
using LbCore.Transport;

namespace LbCore.Topology;

/// <summary>What a selector may look at.</summary>
internal readonly ref struct SelectionContext
{
    private readonly TransportConnection? _client;
    private readonly ref readonly ExclusionSet _excluded;

    /// <param name="client">The client's connection, or null when there is none.</param>
    /// <param name="excluded">The backends that must not be chosen, by their index in the selector's set.</param>
    public SelectionContext(TransportConnection? client, ref readonly ExclusionSet excluded)
    {
        _client = client;
        _excluded = ref excluded;
    }

    /// <summary>Gets the client's address. Asked for late: an end point costs a system call and memory for the connection's life.</summary>
    public EndPoint? ClientEndPoint => _client?.RemoteEndPoint;

    public ref readonly ExclusionSet Excluded => ref _excluded;
}
