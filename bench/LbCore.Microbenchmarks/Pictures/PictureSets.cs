using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Balancing.Hashing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Makes the backends and the clients of the pictures.</summary>
internal static class PictureSets
{
    /// <summary>Makes idle backends whose counters lie side by side, as a cluster's do.</summary>
    public static BackendSet Of(IReadOnlyCollection<(string Name, int Weight)> backends)
    {
        var table = new InFlightTable();
        table.Begin(current: null, backends.Count);
        return new BackendSet([.. backends.Select((backend, index) => new Backend(
            backend.Name, new IPEndPoint(IPAddress.Loopback, index + 1), backend.Weight, table.CreateState()))]);
    }

    /// <summary>Makes idle backends b1, b2 and so on of weight 1.</summary>
    public static BackendSet Equal(int count) => Of([.. NamesOf(count).Select(static name => (name, 1))]);

    /// <summary>Returns the names b1, b2 and so on.</summary>
    public static IEnumerable<string> NamesOf(int count) => Enumerable.Range(1, count).Select(static number => $"b{number}");

    /// <summary>Draws the IPv4 addresses of clients, no two of them the same.</summary>
    public static SelectionInput[] Clients(int count, ulong seed)
    {
        // The first octet of hosts on the internet is 1 to 223.
        const int FirstOctets = 223;
        var random = new RandomSource(seed);
        var seen = new HashSet<uint>(count);
        while (seen.Count < count)
        {
            var first = (uint)random.Next(FirstOctets) + 1;
            seen.Add((first << 24) | (uint)random.Next(1 << 24));
        }

        return [.. seen.Select(static address => new SelectionInput(new UInt128(0, 0xFFFF_0000_0000UL | address), 0, HasKey: true))];
    }

    /// <summary>Draws from an exponential distribution with mean 1.</summary>
    public static double NextExponential(RandomSource random) =>
        PortableLogarithm.NegativeLog((random.NextBits() >> (65 - PortableLogarithm.FractionBits) << 1) | 1);
}
