using System;
using System.IO;
using System.Net;
using System.Net.Sockets;

namespace LbCore.Configuration;

/// <summary>Says which addresses, differently written or not, are the same place. A port that is picked later (0) is no place yet.</summary>
internal static class AddressOverlap
{
    /// <summary>Returns whether two listeners cannot both be bound, since one address is or contains the other.</summary>
    public static bool Collide(EndPoint one, EndPoint other) =>
        Coincide(one, other, static (a, b) => Contains(a, b) || Contains(b, a));

    /// <summary>Returns whether a connection to an address arrives at a listener.</summary>
    /// <param name="dialled">The address that is connected to.</param>
    /// <param name="listener">The address that the listener is bound to.</param>
    /// <param name="isOwnAddress">Tells whether an address is one of this machine's.</param>
    public static bool Reaches(EndPoint dialled, EndPoint listener, Func<IPAddress, bool> isOwnAddress) =>
        Coincide(dialled, listener, (target, bound) => Reaches(target, bound, isOwnAddress));

    /// <summary>Returns whether an address is all addresses of a family.</summary>
    public static bool IsWildcard(IPAddress address) => Plain(address) is var plain && (plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any));

    private static bool Coincide(EndPoint one, EndPoint other, Func<IPAddress, IPAddress, bool> addressesDo) => (one, other) switch
    {
        (UnixDomainSocketEndPoint a, UnixDomainSocketEndPoint b) =>
            string.Equals(Path.GetFullPath(a.ToString()), Path.GetFullPath(b.ToString()), StringComparison.Ordinal),
        (IPEndPoint a, IPEndPoint b) => a.Port != 0 && a.Port == b.Port && addressesDo(Plain(a.Address), Plain(b.Address)),
        _ => false,
    };

    private static bool Reaches(IPAddress target, IPAddress bound, Func<IPAddress, bool> isOwnAddress)
    {
        // Connecting to a wildcard means loopback (a hosts file may well resolve a name to it).
        target = target.Equals(IPAddress.Any) ? IPAddress.Loopback : target.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : target;
        return IsWildcard(bound) ? Contains(bound, target) && isOwnAddress(target) : bound.Equals(target);
    }

    // [::] listens on both stacks, 0.0.0.0 on one.
    private static bool Contains(IPAddress bound, IPAddress address) =>
        bound.Equals(IPAddress.IPv6Any)
        || bound.Equals(address)
        || (bound.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
