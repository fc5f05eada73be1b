using System;
using System.Linq;
using System.Threading.Tasks;
using LbCore.TestKit;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 13: timers are coarse, never early, and cost no object of their own.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class LoopTimerTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private FakeTimeProvider _time = new();
    private EventLoop _loop = null!;

    [Test, CancelAfter(30_000)]
    public async Task A_timer_fires_on_the_loop_and_not_early([Values(0, 1, 49, 50, 51, 1_000, 51_200, 51_250, 600_000)] int delay)
    {
        var timer = await SetAsync(TimeSpan.FromMilliseconds(delay));
        await AdvanceAsync(TimeSpan.FromMilliseconds(delay - 1));
        Assert.That(timer.Count, Is.Zero, "it fired early");
        await AdvanceAsync(TimeSpan.FromMilliseconds(1) + Tick);
        await FiredAsync(timer);
        Assert.That(timer.WasInLoop, Is.True);
        Assert.That(timer.WasScheduledInside, Is.False, "the timer is unset by the time it runs");
        Assert.That(timer.Count, Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_cancelled_timer_does_not_fire_even_when_it_was_due()
    {
        var timer = await SetAsync(Tick);
        await OnLoopAsync(() =>
        {
            // The wheel moves on in this very turn, yet after this callback.
            _time.Advance(TimeSpan.FromSeconds(1));
            timer.Unset();
        });
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.That(timer.Count, Is.Zero);
        Assert.That(timer.IsScheduled, Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task Cancelling_a_timer_from_another_that_fires_in_the_same_tick_works()
    {
        var second = new TestTimer();
        var first = new TestTimer(_ => second.Unset());
        Begin(new FakeTimeProvider());
        await OnLoopAsync(() =>
        {
            first.Set(_loop, Tick);
            second.Set(_loop, Tick);
        });
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.That(first.Count + second.Count, Is.InRange(1, 2));
        await FiredAsync(first);

        // Whichever ran first, a timer that has not run and was cancelled never runs.
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.That(first.Count, Is.EqualTo(1));
        Assert.That(second.Count, Is.LessThanOrEqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_timer_may_set_itself_again()
    {
        Begin(new FakeTimeProvider());
        var timer = new TestTimer(self =>
        {
            if (self.Count < 3)
            {
                self.Set(_loop, TimeSpan.FromMilliseconds(200));
            }
        });
        await OnLoopAsync(() => timer.Set(_loop, TimeSpan.FromMilliseconds(200)));
        for (var i = 1; i <= 3; i++)
        {
            var expected = i;
            await AdvanceAsync(TimeSpan.FromMilliseconds(250));
            await Eventually.TrueAsync(() => timer.Count == expected, $"it fired {expected} times");
        }

        await AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.That(timer.Count, Is.EqualTo(3));
    }

    [Test, CancelAfter(30_000)]
    public async Task Setting_a_timer_again_moves_it()
    {
        var timer = await SetAsync(TimeSpan.FromMilliseconds(100));
        await OnLoopAsync(() => timer.Set(_loop, TimeSpan.FromSeconds(10)));
        await AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.That(timer.Count, Is.Zero);
        await AdvanceAsync(TimeSpan.FromSeconds(2));
        await FiredAsync(timer);
        Assert.That(timer.Count, Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Thousands_of_timers_fire_once_each_and_none_early()
    {
        Begin(new FakeTimeProvider());
        var random = TestRandom.Create();
        var timers = Enumerable.Range(0, 5_000).Select(_ => (Timer: new TestTimer(), Delay: random.Next(0, 120_000), Cancelled: random.Next(4) == 0)).ToArray();
        long start = 0;
        await OnLoopAsync(() =>
        {
            start = _loop.Now;
            foreach (var (timer, delay, _) in timers)
            {
                timer.Set(_loop, TimeSpan.FromMilliseconds(delay));
            }

            foreach (var (timer, _, cancelled) in timers)
            {
                if (cancelled)
                {
                    timer.Unset();
                }
            }
        });
        for (var i = 0; i < 130; i++)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await Eventually.TrueAsync(() => timers.Sum(entry => entry.Timer.Count) == timers.Count(entry => !entry.Cancelled), "each fires once");
        foreach (var (timer, delay, cancelled) in timers)
        {
            Assert.That(timer.Count, Is.EqualTo(cancelled ? 0 : 1));
            if (!cancelled)
            {
                Assert.That(timer.FiredAt - start, Is.GreaterThanOrEqualTo(delay), "it fired early");
                Assert.That(timer.FiredAt - start, Is.LessThanOrEqualTo(delay + 1_100), "it fired a step late or more");
            }
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task A_negative_delay_is_refused()
    {
        Begin(new FakeTimeProvider());
        await OnLoopAsync(() => Assert.That(
            () => new TestTimer().Set(_loop, TimeSpan.FromMilliseconds(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>()));
    }

    [Test, CancelAfter(30_000)]
    public async Task With_the_systems_clock_a_sleeping_loop_wakes_for_its_timer()
    {
        Begin(TimeProvider.System);
        var timer = new TestTimer();
        long start = 0;
        await OnLoopAsync(() =>
        {
            start = _loop.Now;
            timer.Set(_loop, TimeSpan.FromMilliseconds(120));
        });
        await timer.Fired.WaitAsync(Token);
        Assert.That(timer.FiredAt - start, Is.GreaterThanOrEqualTo(120));
    }

    private async Task<TestTimer> SetAsync(TimeSpan delay)
    {
        Begin(new FakeTimeProvider());
        var timer = new TestTimer();
        await OnLoopAsync(() =>
        {
            timer.Set(_loop, delay);
            Assert.That(timer.IsScheduled, Is.True);
        });
        return timer;
    }

    private void Begin(TimeProvider time)
    {
        _time = time as FakeTimeProvider ?? _time;
        _loop = Start(options => options with { TimeProvider = time }).Engine.Loops[^1];
    }

    private Task OnLoopAsync(Action work) => Harness.RunAsync(_loop, () =>
    {
        work();
        return Task.CompletedTask;
    });

    // A loop that sleeps does not hear a fake clock: a callback wakes it, and a second one comes after that turn's timers.
    private async Task AdvanceAsync(TimeSpan by)
    {
        if (by > TimeSpan.Zero)
        {
            _time.Advance(by);
        }

        await OnLoopAsync(static () => { });
        await OnLoopAsync(static () => { });
        await OnLoopAsync(static () => { });
    }

    private static Task FiredAsync(TestTimer timer) => Eventually.TrueAsync(() => timer.Count > 0, "the timer fires");
}
