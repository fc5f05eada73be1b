using System.Net;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class BackendReservationTests
{
    [Test]
    public void A_full_backend_is_passed_over_and_said_to_be_full()
    {
        var selector = Create(limit: 1, 2);

        Assert.That(Reserve(selector, out var full), Is.Zero);
        Assert.That(full, Is.False);
        Assert.That(Reserve(selector, out _), Is.EqualTo(1));
        Assert.That(Reserve(selector, out full), Is.EqualTo(BackendSelector.None));
        Assert.That(full, Is.True);

        selector.Set[1].State.Release(failed: false);
        Assert.That(Reserve(selector, out _), Is.EqualTo(1));
    }

    [Test]
    public void An_empty_set_is_not_full()
    {
        Assert.That(Reserve(Create(limit: 1, 0), out var full), Is.EqualTo(BackendSelector.None));
        Assert.That(full, Is.False);
    }

    private static int Reserve(BackendSelector selector, out bool full)
    {
        var excluded = default(ExclusionSet);
        var context = new SelectionContext(in excluded, TestSets.Random);
        return BackendReservation.TryReserve(selector, in context, ref excluded, out full);
    }

    private static BackendSelector Create(int limit, int count)
    {
        var backends = new Backend[count];
        for (var i = 0; i < count; i++)
        {
            backends[i] = new Backend($"b{i}", new IPEndPoint(IPAddress.Loopback, i + 1), 1, new BackendState()) { MaxConnections = limit };
        }

        return new RoundRobinStrategy(StrategyNames.RoundRobin).Create(new BackendSet(backends), StrategyArguments.None, null);
    }
}
