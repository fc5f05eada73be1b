using System.Linq;
using System.Net;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Balancing;

/// <summary>Builds the sets of backends that strategies are measured with.</summary>
internal static class BenchmarkSets
{
    /// <summary>Builds a set whose backends have weights 1 to 5 in turn, or all the same, and a few reservations each.</summary>
    public static BackendSet Of(int count, bool isWeighted)
    {
        var table = new InFlightTable();
        table.Begin(current: null, count);
        var random = new RandomSource(1);
        return new BackendSet([.. Enumerable.Range(0, count).Select(i =>
        {
            var weight = isWeighted ? (i % 5) + 1 : 1;
            var backend = new Backend($"b{i}", new IPEndPoint(IPAddress.Loopback, (i % 65_535) + 1), weight, table.CreateState());
            for (var held = random.Next(8); held >= 0; held--)
            {
                backend.TryReserve();
            }

            return backend;
        })]);
    }
}
