using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using LbCore.Topology;

namespace LbCore.Tests.Balancing;

/// <summary>Builds sets of backends that only weights tell apart.</summary>
internal static class TestSets
{
    public static BackendSet Of(IEnumerable<int> weights) => new([.. weights.Select(static (weight, index) => new Backend
    {
        Name = index.ToString(CultureInfo.InvariantCulture),
        EndPoint = new IPEndPoint(IPAddress.Loopback, index + 1),
        Weight = weight,
        State = new BackendState(),
    })]);

    public static int Select(this BackendSelector selector, params int[] excluded)
    {
        var set = default(ExclusionSet);
        foreach (var index in excluded)
        {
            set.Add(index);
        }

        var context = new SelectionContext(null, in set);
        return selector.Select(in context);
    }
}
