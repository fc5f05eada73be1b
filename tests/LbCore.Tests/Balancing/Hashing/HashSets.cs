using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Tests.Balancing.Hashing;

/// <summary>Builds selectors that hash, and asks them about keys.</summary>
internal static class HashSets
{
    // One chance in a million that a fair choice is called unfair, and seeds are fixed.
    private const double Sigmas = 4.75;

    public static BackendSet Named(IEnumerable<(string Name, int Weight)> backends) => new([.. backends.Select(static backend =>
        new Backend(backend.Name, new IPEndPoint(IPAddress.Loopback, 1), backend.Weight, new BackendState()))]);

    /// <summary>Builds a selector that hashes a request field, so that a test says what the hash is.</summary>
    public static BackendSelector ByField(string strategy, BackendSet set, params (string Name, string Text)[] more) =>
        Create(strategy, set, null, strategy == StrategyNames.IpHash ? more : [("key", "header:k"), .. more]);

    public static BackendSelector Create(string strategy, BackendSet set, BackendSelector? previous, params (string Name, string Text)[] texts)
    {
        var found = StrategyRegistry.BuiltIn.Get(strategy);
        return found.Create(set, Arguments(found, texts), previous);
    }

    public static StrategyArguments Arguments(IBalancingStrategy strategy, params (string Name, string Text)[] texts) =>
        new(strategy.Parameters, texts.ToDictionary(static text => text.Name, static text => text.Text));

    /// <summary>Returns the hash of the n-th key: any 64 bits, and an address that no other key has.</summary>
    public static ulong Key(int number) => StableHash.Mix((ulong)number, 0x5EED);

    public static int SelectKey(this BackendSelector selector, ulong hash, params int[] excluded) =>
        selector.Select(new SelectionInput(AddressOf(hash), hash, HasKey: true), excluded);

    public static int Select(this BackendSelector selector, SelectionInput input, params int[] excluded)
    {
        var set = ExclusionsOf(excluded);
        return selector.Select(new SelectionContext(in set, TestSets.Random, in input));
    }

    public static IReadOnlyList<string> ExplainKey(this BackendSelector selector, ulong hash, params int[] excluded) =>
        selector.Explain(new SelectionInput(AddressOf(hash), hash, HasKey: true), excluded);

    public static IReadOnlyList<string> Explain(this BackendSelector selector, SelectionInput input, params int[] excluded)
    {
        var set = ExclusionsOf(excluded);
        return selector.Explain(new SelectionContext(in set, TestSets.Random, in input));
    }

    /// <summary>Returns a client's address as the data plane gives it.</summary>
    public static UInt128 Address(string text)
    {
        var bytes = IPAddress.Parse(text).MapToIPv6().GetAddressBytes();
        return bytes.Aggregate(UInt128.Zero, static (sum, octet) => (sum << 8) | octet);
    }

    public static UInt128 AddressOf(ulong hash) => new(0x2001_0DB8_0000_0000 ^ (hash >> 16), hash | 1);

    public static ExclusionSet ExclusionsOf(params int[] excluded)
    {
        var set = default(ExclusionSet);
        foreach (var index in excluded)
        {
            set.Add(index);
        }

        return set;
    }

    /// <summary>Returns how far counts are from what is expected, as a part of what chance explains: above 1 is unfair.</summary>
    public static double Unfairness(IReadOnlyList<int> counts, IReadOnlyList<double> shares)
    {
        var sum = counts.Sum();
        var chi = 0.0;
        for (var i = 0; i < counts.Count; i++)
        {
            var expected = shares[i] * sum;
            chi += expected == 0 ? counts[i] == 0 ? 0 : double.PositiveInfinity : (counts[i] - expected) * (counts[i] - expected) / expected;
        }

        // Wilson and Hilferty: the cube root of a chi-squared number is nearly normal.
        double freedom = shares.Count(static share => share > 0) - 1;
        return freedom == 0 ? chi : chi / (freedom * Math.Pow(1 - (2 / (9 * freedom)) + (Sigmas * Math.Sqrt(2 / (9 * freedom))), 3));
    }

    public static double[] Shares(params IEnumerable<int> weights)
    {
        var all = weights.ToArray();
        double sum = all.Sum();
        return [.. all.Select(weight => weight / sum)];
    }
}
