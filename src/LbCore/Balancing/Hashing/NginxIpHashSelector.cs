using System;
using System.Collections.Generic;
using LbCore.Http;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Chooses as nginx's ip_hash does, for the same servers in the same order with the same weights: by the first three octets
/// of an IPv4 address, or all 16 of an IPv6 one. Backends that are drained or down keep their place, as those that nginx has
/// marked "down".
/// </summary>
internal sealed class NginxIpHashSelector : BackendSelector
{
    // nginx's own numbers.
    private const int FirstHash = 89;
    private const int Factor = 113;
    private const int HashCount = 6271;
    private const int MaxTries = 20;
    private const int Ipv4Octets = 3;
    private const int Ipv6Octets = 16;

    // By the hash, which has few values: whose stretch of the weights it falls on.
    private readonly int[] _indexOfHash;
    private readonly RoundRobinSelector _roundRobin;

    public NginxIpHashSelector(BackendSet set, BackendSelector? previous)
        : base(set)
    {
        _roundRobin = new RoundRobinSelector(set, RoundRobinSchedule.Build(set), (previous as NginxIpHashSelector)?._roundRobin);
        var stretches = new List<int>();
        for (var index = 0; index < set.Count && stretches.Count < HashCount; index++)
        {
            for (var unit = set[index].ConfiguredWeight; unit > 0; unit--)
            {
                stretches.Add(index);
            }
        }

        var total = TotalWeight(set);
        _indexOfHash = new int[total == 0 ? 0 : HashCount];
        for (var hash = 0; hash < _indexOfHash.Length; hash++)
        {
            _indexOfHash[hash] = stretches[(int)(hash % total)];
        }
    }

    public override int Select(in SelectionContext context)
    {
        var address = context.ClientAddress;

        // nginx takes 0.0.0 for a client on a unix socket, and gives all of them to one server. That helps nobody.
        if (address == 0 || _indexOfHash.Length == 0)
        {
            return _roundRobin.Select(in context);
        }

        var hash = FirstHash;
        for (var tries = 0; tries <= MaxTries; tries++)
        {
            hash = Hash(hash, address);
            var index = _indexOfHash[hash];
            if (Set[index].Weight > 0 && !context.IsExcluded(index))
            {
                return index;
            }
        }

        return _roundRobin.Select(in context);
    }

    public override IReadOnlyList<string> Explain(in SelectionContext context)
    {
        var address = context.ClientAddress;
        if (address == 0 || _indexOfHash.Length == 0)
        {
            return [address == 0 ? "the client has no address: the next in round-robin is chosen" : "no backend has a configured weight above 0"];
        }

        var steps = new List<string> { $"client address {KeyHasher.ToText(address)}, of which {(MappedAddress.IsV4(address) ? "the first three octets count" : "all octets count")}" };
        var hash = FirstHash;
        for (var tries = 0; tries <= MaxTries; tries++)
        {
            hash = Hash(hash, address);
            var index = _indexOfHash[hash];
            var isLeft = Set[index].Weight > 0 && !context.IsExcluded(index);
            steps.Add($"hashes to {hash}, modulo the weights' sum of {TotalWeight(Set)} is {hash % TotalWeight(Set)}: backend {Set[index]}{(isLeft ? " is chosen" : ", which takes nothing or is excluded")}");
            if (isLeft)
            {
                return steps;
            }
        }

        steps.Add($"after {MaxTries} more hashes the next in round-robin is chosen");
        return steps;
    }

    private static int Hash(int hash, UInt128 address)
    {
        // Of the mapped address the octets of IPv4 are the last four.
        var isIpv4 = MappedAddress.IsV4(address);
        var count = isIpv4 ? Ipv4Octets : Ipv6Octets;
        var shift = isIpv4 ? 24 : 120;
        for (var octet = 0; octet < count; octet++, shift -= 8)
        {
            hash = ((hash * Factor) + (byte)(address >> shift)) % HashCount;
        }

        return hash;
    }

    private static long TotalWeight(BackendSet set)
    {
        var total = 0L;
        foreach (var backend in set.AsSpan())
        {
            total += backend.ConfiguredWeight;
        }

        return total;
    }
}
