using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

/// <summary>Builds sets of backends that only weights tell apart.</summary>
internal static class TestSets
{
    [ThreadStatic]
    private static (string Test, RandomSource Source) _random;

    /// <summary>Gets random numbers, of each test its own: what ran on the thread before changes nothing.</summary>
    public static RandomSource Random
    {
        get
        {
            var test = TestContext.CurrentContext.Test.ID;
            if (_random.Test != test)
            {
                _random = (test, new RandomSource(1));
            }

            return _random.Source;
        }
    }

    public static BackendSet Of(IEnumerable<int> weights)
    {
        int[] all = [.. weights];
        var table = new InFlightTable();
        table.Begin(current: null, all.Length);
        return new([.. all.Select((weight, index) =>
            new Backend($"b{index}", new IPEndPoint(IPAddress.Loopback, (index % 65_535) + 1), weight, table.CreateState()))]);
    }

    /// <summary>Returns a set of the same backends with other weights, as a change of the configuration makes it.</summary>
    public static BackendSet WithWeights(this BackendSet set, params int[] weights) => new([.. weights.Select((weight, index) =>
        new Backend(set[index].Name, set[index].EndPoint, weight, set[index].State))]);

    public static int Select(this BackendSelector selector, params int[] excluded)
    {
        var set = default(ExclusionSet);
        foreach (var index in excluded)
        {
            set.Add(index);
        }

        var context = new SelectionContext(in set, Random);
        return selector.Select(in context);
    }
}
