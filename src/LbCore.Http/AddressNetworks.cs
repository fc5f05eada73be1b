using System;
using System.Collections.Generic;
using System.Net;

namespace LbCore.Http;

/// <summary>
/// A set of networks, of which there are a few: they are looked through one by one. An IPv4 address is in IPv4 networks only,
/// so that <c>::/0</c> is all of IPv6 and nothing else. Immutable; any thread.
/// </summary>
internal sealed class AddressNetworks
{
    private const int Bits = 128;
    private const int V4Bits = 32;
    private readonly (uint Network, uint Mask)[] _v4;
    private readonly (UInt128 Network, UInt128 Mask)[] _v6;

    /// <param name="networks">The networks. An IPv6 one of addresses that stand for IPv4 ones is an IPv4 network.</param>
    public AddressNetworks(IEnumerable<IPNetwork> networks)
    {
        var v4 = new List<(uint Network, uint Mask)>();
        var v6 = new List<(UInt128 Network, UInt128 Mask)>();
        foreach (var network in networks)
        {
            var address = MappedAddress.From(network.BaseAddress);
            var isWritten4 = network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
            var length = isWritten4 ? network.PrefixLength + Bits - V4Bits : network.PrefixLength;
            var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (Bits - length);
            if (MappedAddress.IsV4(address) && length >= Bits - V4Bits)
            {
                v4.Add(((uint)(address & mask), (uint)mask));
            }
            else
            {
                v6.Add((address & mask, mask));
            }
        }

        _v4 = [.. v4];
        _v6 = [.. v6];
    }

    /// <summary>Gets the set without any network.</summary>
    public static AddressNetworks None { get; } = new([]);

    /// <summary>Gets whether there is no network.</summary>
    public bool IsEmpty => _v4.Length == 0 && _v6.Length == 0;

    /// <summary>Returns whether an address, as in <see cref="MappedAddress"/>, is in one of the networks.</summary>
    public bool Contains(UInt128 address) => MappedAddress.IsV4(address) ? ContainsV4((uint)address) : ContainsV6(address);

    private bool ContainsV4(uint address)
    {
        foreach (var (network, mask) in _v4)
        {
            if ((address & mask) == network)
            {
                return true;
            }
        }

        return false;
    }

    private bool ContainsV6(UInt128 address)
    {
        foreach (var (network, mask) in _v6)
        {
            if ((address & mask) == network)
            {
                return true;
            }
        }

        return false;
    }
}
