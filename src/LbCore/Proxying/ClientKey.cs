using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>Finds what a strategy chooses by in a connection of mode tcp.</summary>
internal static class ClientKey
{
    public static SelectionInput Of(TransportConnection client, SelectionKey key)
    {
        if (key.Kind != SelectionKeyKind.ClientAddress)
        {
            return default;
        }

        var address = client.RemoteAddress;
        return new SelectionInput(address, 0, address != 0);
    }
}
