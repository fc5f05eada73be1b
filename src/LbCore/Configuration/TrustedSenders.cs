using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

namespace LbCore.Configuration;

/// <summary>Reads the list of senders that are believed.</summary>
internal static class TrustedSenders
{
    /// <summary>What stands for everybody on a unix socket.</summary>
    public const string Unix = "unix";

    // Of an IPv6 address that stands for an IPv4 one, before that.
    private const int MappedBits = 96;

    /// <summary>Reads one entry. False with an error that says how it is written.</summary>
    /// <param name="text">The entry.</param>
    /// <param name="network">The network; not used for <see cref="Unix"/>.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryParse(string? text, out IPNetwork network, out string? error)
    {
        network = default;
        error = null;
        if (text == Unix)
        {
            return true;
        }

        if (IPNetwork.TryParse(text?.Contains('/', StringComparison.Ordinal) == true ? text : WithLength(text), out network))
        {
            network = AsIPv4(network);
            return true;
        }

        error = $"'{text}' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix";
        return false;
    }

    /// <summary>Reads a list that was validated.</summary>
    public static IReadOnlyList<IPNetwork> Parse(IEnumerable<string> entries, out bool trustsUnix)
    {
        trustsUnix = false;
        var networks = new List<IPNetwork>();
        foreach (var entry in entries)
        {
            if (entry == Unix)
            {
                trustsUnix = true;
            }
            else if (TryParse(entry, out var network, out _))
            {
                networks.Add(network);
            }
        }

        return networks;
    }

    // IPAddress reads 10.1 and 0x0a.1, too, which nobody means.
    private static string? WithLength(string? text) =>
        !IPAddress.TryParse(text, out var address) ? null
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? text + "/128"
        : address.ToString() == text ? text + "/32" : null;

    // Addresses are compared as IPv4 where they are such.
    private static IPNetwork AsIPv4(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedBits
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits)
            : network;
}
