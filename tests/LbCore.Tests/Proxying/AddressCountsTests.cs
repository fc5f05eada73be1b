using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Proxying;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class AddressCountsTests
{
    [Test]
    public void An_address_may_have_as_many_as_the_limit_and_others_are_none_of_its_business()
    {
        var counts = new AddressCounts(100);
        Assert.That(Enumerable.Range(0, 4).Select(_ => counts.TryEnter(7, 3)), Is.EqualTo(new[] { true, true, true, false }));
        Assert.That(counts.TryEnter(8, 3), Is.True);
    }

    [Test]
    public void Who_leaves_makes_room_for_one_and_who_was_refused_has_taken_none()
    {
        var counts = new AddressCounts(100);
        Assert.That(Enumerable.Range(0, 10).Count(_ => counts.TryEnter(7, 2)), Is.EqualTo(2));
        counts.Leave(7);
        Assert.That((counts.TryEnter(7, 2), counts.TryEnter(7, 2)), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_limit_that_falls_lets_nobody_in_until_enough_have_left()
    {
        var counts = new AddressCounts(100);
        Assert.That(Enumerable.Range(0, 5).Select(_ => counts.TryEnter(7, 5)), Is.All.True);
        counts.Leave(7);
        counts.Leave(7);
        counts.Leave(7);
        Assert.That(counts.TryEnter(7, 2), Is.False);
        counts.Leave(7);
        Assert.That(counts.TryEnter(7, 2), Is.True);
    }

    [Test]
    public void Addresses_that_have_left_leave_nothing_behind()
    {
        // Far more than there are counters.
        var counts = new AddressCounts(16);
        for (var network = 1UL; network < 10_000; network++)
        {
            Assert.That(counts.TryEnter(network, 1), Is.True);
            counts.Leave(network);
        }
    }

    [Test]
    public void Hardly_anybody_is_refused_for_what_others_have([Values(1, 20, 100)] int limit)
    {
        // A full listener: as many addresses at their limit as there can be, and ten thousand others beside them.
        const int Connections = 10_000;
        var counts = new AddressCounts(Connections);
        for (var i = 0; i < Connections; i++)
        {
            counts.TryEnter((ulong)(i / limit) + 1, limit);
        }

        var refused = Enumerable.Range(100_000, Connections).Count(network => !Fits(counts, (ulong)network, limit));

        // With one connection each, a seventh of the counters is full, and so a fiftieth of their pairs.
        Assert.That(refused, Is.LessThan(limit == 1 ? 400 : 10));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Whatever_loops_do_at_once_an_address_exceeds_its_limit_by_less_than_there_are_loops_and_nothing_is_left()
    {
        const int Loops = 4;
        const int Limit = 3;
        var counts = new AddressCounts(16);
        var open = new int[8];
        var most = 0;
        var seed = TestRandom.Create().Next(1000);
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(loop => Task.Run(() =>
        {
            var random = new Random(seed + loop);
            var mine = new int[open.Length];
            for (var i = 0; i < 200_000; i++)
            {
                var address = random.Next(open.Length);
                if (mine[address] > 0 && random.Next(2) == 0)
                {
                    mine[address]--;
                    Interlocked.Decrement(ref open[address]);
                    counts.Leave((ulong)address + 1);
                }
                else if (counts.TryEnter((ulong)address + 1, Limit))
                {
                    mine[address]++;
                    var now = Interlocked.Increment(ref open[address]);
                    int seen;
                    while (now > (seen = Volatile.Read(ref most)))
                    {
                        Interlocked.CompareExchange(ref most, now, seen);
                    }
                }
            }

            for (var address = 0; address < mine.Length; address++)
            {
                for (; mine[address] > 0; mine[address]--)
                {
                    Interlocked.Decrement(ref open[address]);
                    counts.Leave((ulong)address + 1);
                }
            }
        })));
        Assert.That(most, Is.InRange(Limit, Limit + Loops - 1));
        Assert.That(Enumerable.Range(1, open.Length).Select(address => Fits(counts, (ulong)address, 1)), Is.All.True);
    }

    private static bool Fits(AddressCounts counts, ulong network, int limit)
    {
        var fits = counts.TryEnter(network, limit);
        if (fits)
        {
            counts.Leave(network);
        }

        return fits;
    }
}
