using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;

namespace LbCore.Hosting;

/// <summary>Knows the addresses of this machine as they were when first asked for.</summary>
internal sealed class OwnAddresses
{
    private readonly Lazy<HashSet<IPAddress>> _addresses;

    /// <param name="list">Lists the addresses of the machine's interfaces. Not called unless the answer depends on them.</param>
    public OwnAddresses(Func<IEnumerable<IPAddress>> list) => _addresses = new Lazy<HashSet<IPAddress>>(() => [.. list()]);

    /// <summary>Returns whether a connection to the address stays on this machine.</summary>
    public bool Contains(IPAddress address) => IPAddress.IsLoopback(address) || _addresses.Value.Contains(address);

    /// <summary>Lists what the system says; nothing when it does not.</summary>
    public static IEnumerable<IPAddress> ListFromSystem()
    {
        try
        {
            return [.. from card in NetworkInterface.GetAllNetworkInterfaces()
                       from unicast in card.GetIPProperties().UnicastAddresses
                       select unicast.Address];
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // Only one check of the options goes without.
            return [];
        }
    }
}
