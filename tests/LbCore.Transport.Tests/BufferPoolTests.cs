using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Transport.Buffers;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 8: a pool keeps what the load needs and gives the rest back bit by bit, also while the load goes on.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
public sealed class BufferPoolTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int MostAtOnce = 256;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private FakeTimeProvider _time = new();
    private EventLoop _loop = null!;

    [SetUp]
    public void StartAtRest()
    {
        _time = new FakeTimeProvider();
        _loop = Start(options => options with { TimeProvider = _time }).Engine.Loops[0];
    }

    [Test, CancelAfter(30_000)]
    public async Task What_a_burst_left_over_is_given_back_while_load_goes_on()
    {
        const int Load = 10;
        await RentAndReturnAsync(1_000);
        for (var period = 0; period < 40; period++)
        {
            await RentAndReturnAsync(Load);
            await AdvanceAsync(Period);
        }

        Assert.That(_loop.Buffers.Pooled, Is.EqualTo(Load), "what the load needs, and no more");
    }

    [Test, CancelAfter(30_000)]
    public async Task What_steady_load_needs_is_kept()
    {
        const int Load = 100;
        await FillAsync(Load);
        for (var period = 0; period < 20; period++)
        {
            await RentAndReturnAsync(Load);
            await AdvanceAsync(Period);
            Assert.That(_loop.Buffers.Pooled, Is.EqualTo(Load), $"period {period}");
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Half_of_what_was_never_needed_in_a_period_is_given_back()
    {
        await FillAsync(100);
        await RentAndReturnAsync(60);
        await AdvanceAsync(Period);
        Assert.That(_loop.Buffers.Pooled, Is.EqualTo(80), "40 were not needed");
        await RentAndReturnAsync(60);
        await AdvanceAsync(Period);
        Assert.That(_loop.Buffers.Pooled, Is.EqualTo(70), "20 were not needed");
    }

    [Test, CancelAfter(30_000)]
    public async Task No_more_than_some_are_given_back_at_once()
    {
        const int Burst = 1_500;
        await FillAsync(Burst);
        var left = new List<int> { Burst };
        for (var elapsed = TimeSpan.Zero; elapsed < Period + Period / 2; elapsed += Tick)
        {
            await AdvanceAsync(Tick);
            left.Add(_loop.Buffers.Pooled);
        }

        var steps = left.Zip(left.Skip(1), static (before, after) => before - after).ToArray();
        Assert.That(steps, Has.All.InRange(0, MostAtOnce));
        Assert.That(steps.Count(static step => step == MostAtOnce), Is.GreaterThan(1), "a burst's worth goes in more than one step");
        Assert.That(left[^1], Is.LessThanOrEqualTo(Burst / 2), "within the period's turn");
    }

    [TestCase(0, 2 * 1024)]
    [TestCase(2 * 1024, 2 * 1024)]
    [TestCase(2 * 1024 + 1, 4 * 1024)]
    [TestCase(4 * 1024, 4 * 1024)]
    [TestCase(4 * 1024 + 1, 16 * 1024)]
    [TestCase(16 * 1024 + 1, 68 * 1024)]
    [TestCase(100_000, 102_400)]
    [CancelAfter(30_000)]
    public async Task What_outlives_its_buffer_gets_the_smallest_block_and_gives_it_back(int wanted, int length, CancellationToken token)
    {
        var (rented, sequence) = await Harness.RunAsync(_loop, () =>
        {
            var buffer = _loop.RentBuffer(wanted);
            var result = (buffer.Length, buffer.AsSequence(wanted).Length);
            buffer.Return();
            return result;
        });
        Assert.That((rented, sequence, _loop.Buffers.Rented), Is.EqualTo((length, (long)wanted, 0)));
        token.ThrowIfCancellationRequested();
    }

    /// <summary>Leaves this many blocks in the pool, at the beginning of a period. The very first period always ends with one less.</summary>
    private async Task FillAsync(int count)
    {
        await RentAndReturnAsync(count + 1);
        await AdvanceAsync(Period);
        Assert.That(_loop.Buffers.Pooled, Is.EqualTo(count));
    }

    private async Task RentAndReturnAsync(int count) => await Harness.RunAsync(_loop, () =>
    {
        var blocks = new List<BufferBlock>();
        for (var i = 0; i < count; i++)
        {
            blocks.Add(_loop.Buffers.RentSmall("test"));
        }

        blocks.ForEach(static block => block.Release());
        return true;
    });

    /// <summary>Moves the clock and returns after the turn in which the timers ran.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        for (var turn = 0; turn < 3; turn++)
        {
            await Harness.RunAsync(_loop, static () => true);
        }
    }
}
