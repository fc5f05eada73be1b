using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Balancing;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LeastTimeTests
{
    // Somewhere in the life of a machine; all times of these tests are made up from here.
    private const long Start = 1_000_000;

    private static LeastTimeSelector Create(params int[] weights) => Create(TestSets.Of(weights));

    private static LeastTimeSelector Create(BackendSet set, params (string Name, string Text)[] parameters)
    {
        var strategy = new LeastTimeStrategy();
        var texts = parameters.ToDictionary(static pair => pair.Name, static pair => pair.Text);
        return (LeastTimeSelector)strategy.Create(set, new StrategyArguments(strategy.Parameters, texts), previous: null);
    }

    [Test]
    public void The_quickest_is_chosen_until_it_has_as_much_more_in_flight()
    {
        var selector = Create(1, 1);
        Note(selector, 0, milliseconds: 10, at: 0);
        Note(selector, 1, milliseconds: 39, at: 0);

        // 10 x (n + 1) against 39 x 1: three in flight are 40.
        Assert.That(Hold(selector, 4, at: 0), Is.EqualTo(new[] { 0, 0, 0, 1 }));
    }

    [Test]
    public void The_cost_is_for_the_weight()
    {
        var selector = Create(1, 4);
        Note(selector, 0, milliseconds: 10, at: 0);
        Note(selector, 1, milliseconds: 30, at: 0);
        Assert.That(Select(selector, at: 0), Is.EqualTo(1));

        selector.Set[1].Load(1);
        Assert.That(Select(selector, at: 0), Is.Zero);
    }

    [Test]
    public void A_slow_moment_counts_at_once_and_fades()
    {
        var selector = Create(1, 1);
        Note(selector, 0, milliseconds: 10, at: 0);
        Note(selector, 1, milliseconds: 20, at: 0);
        Note(selector, 0, milliseconds: 1000, at: 1);
        Assert.That(Select(selector, at: 1), Is.EqualTo(1));

        // The other goes on answering; a thousand fade below twenty in four times the decay.
        Note(selector, 1, milliseconds: 20, at: 30);
        Assert.That(Select(selector, at: 30), Is.EqualTo(1));
        Note(selector, 1, milliseconds: 20, at: 41);
        selector.Set[1].Load(1);
        Assert.That(Select(selector, at: 41), Is.Zero);
    }

    [Test]
    public void A_shorter_decay_forgets_sooner()
    {
        var selector = Create(TestSets.Of([1, 1]), ("decay", "1s"));
        Note(selector, 0, milliseconds: 1000, at: 0);
        Note(selector, 1, milliseconds: 20, at: 4);
        selector.Set[1].Load(1);

        Assert.That(Select(selector, at: 4), Is.Zero);
    }

    [Test]
    public void An_average_that_is_only_old_is_not_quicker_than_a_fresh_one()
    {
        // Faded to nothing, it would draw every request until its first response, however slow it is.
        var selector = Create(1, 1);
        Note(selector, 0, milliseconds: 5000, at: 0);
        Note(selector, 1, milliseconds: 10, at: 300);
        var counts = new int[2];
        foreach (var index in Hold(selector, 100, at: 300))
        {
            counts[index]++;
        }

        Assert.That(counts, Is.EqualTo(new[] { 50, 50 }));
    }

    [Test]
    public void In_a_cluster_that_has_rested_the_old_averages_still_compare()
    {
        var selector = Create(1, 1);
        Note(selector, 0, milliseconds: 500, at: 0);
        Note(selector, 1, milliseconds: 10, at: 0);

        Assert.That(Hold(selector, 3, at: 100), Is.EqualTo(new[] { 1, 1, 1 }));
    }

    [Test]
    public void A_newcomer_gets_some_and_not_all()
    {
        var selector = Create(1, 1, 1);
        Note(selector, 0, milliseconds: 10, at: 0);
        Note(selector, 1, milliseconds: 1000, at: 0);
        var counts = Hold(selector, 20, at: 0).GroupBy(static index => index).ToDictionary(static group => group.Key, static group => group.Count());

        Assert.That((counts[0], counts[2]), Is.EqualTo((10, 10)));
    }

    [Test]
    public void Where_nothing_was_measured_the_least_in_flight_for_its_weight_is_chosen()
    {
        var selector = Create(1, 1, 2, 0);
        var counts = new int[4];
        foreach (var index in Hold(selector, 40, at: 0))
        {
            counts[index]++;
        }

        Assert.That(counts, Is.EqualTo(new[] { 10, 10, 20, 0 }));
    }

    [Test]
    public void Equal_costs_are_drawn_by_weight()
    {
        var selector = Create(1, 1, 2);
        selector.Set[2].Load(1);
        var counts = new int[3];
        for (var i = 0; i < 40_000; i++)
        {
            counts[Select(selector, at: 0)]++;
        }

        Distribution.AssertFits(counts, [1, 1, 2]);
    }

    [Test]
    public void Responses_that_are_errors_make_a_backend_look_neither_quick_nor_slow()
    {
        var selector = Create(1, 1);
        Note(selector, 0, milliseconds: 10, at: 0);
        Note(selector, 1, milliseconds: 20, at: 0);
        for (var i = 0; i < 1000; i++)
        {
            selector.Set[1].State.NoteError(1, Start);
            selector.Set[0].State.NoteError(1, Start);
        }

        Assert.That(Select(selector, at: 0), Is.Zero);
        Assert.That(Hold(selector, 3, at: 0), Has.Some.EqualTo(1), "10 and 20 ms, as before");
    }

    [Test]
    public void A_failure_counts_for_no_longer_than_a_minute_however_long_it_took()
    {
        var selector = Create(1, 1);
        Note(selector, 1, milliseconds: 10, at: 0);
        selector.Set[0].State.NoteFailure(7200 * Stopwatch.Frequency, Start);
        Assert.That(PeakAverage.Read(selector.Set[0].State.FirstByte, (uint)Start, 10_000), Is.EqualTo(60_000).Within(1));
    }

    [TestCase(10)]
    [TestCase(900)]
    public void A_backend_that_fails_at_once_draws_no_load(int usualMilliseconds)
    {
        var selector = Create(1, 1);
        Note(selector, 0, usualMilliseconds, at: 0);
        Note(selector, 1, usualMilliseconds, at: 0);
        selector.Set[1].State.NoteFailure(1, Start);

        Assert.That(Select(selector, at: 0), Is.Zero);

        selector.Set[1].State.NoteFailure(1, Start);
        selector.Set[1].State.NoteFailure(1, Start);
        Assert.That(Hold(selector, 1, at: 0), Is.All.Zero);
    }

    [Test]
    public void A_backend_that_failed_for_a_day_is_tried_again_in_minutes()
    {
        var selector = Create(1, 1);
        for (var i = 0; i < 1000; i++)
        {
            selector.Set[0].State.NoteFailure(1, Start);
        }

        Note(selector, 1, milliseconds: 10, at: 120);
        selector.Set[1].Load(1);
        Assert.That(Select(selector, at: 120), Is.Zero);
    }

    [Test]
    public void The_penalty_is_a_parameter()
    {
        var selector = Create(TestSets.Of([1, 1]), ("failurePenalty", "50ms"));
        Note(selector, 1, milliseconds: 70, at: 0);
        selector.Set[0].State.NoteFailure(1, Start);

        Assert.That(Select(selector, at: 0), Is.Zero);
    }

    [Test]
    public void What_was_measured_counts_on_when_the_set_changes()
    {
        var set = TestSets.Of([1, 1]);
        Note(Create(set), 0, milliseconds: 100, at: 0);
        Note(Create(set), 1, milliseconds: 10, at: 0);

        Assert.That(Hold(Create(set.WithWeights(1, 1)), 5, at: 0), Is.All.EqualTo(1));
    }

    [Test]
    public void Among_many_the_slow_tenth_gets_little()
    {
        // Each request is answered after its backend's time; 200 are in flight at once.
        var selector = Create([.. Enumerable.Repeat(1, 100)]);
        var random = new RandomSource(3);
        var flying = new PriorityQueue<(int Index, double Begun), double>();
        var counts = new int[100];
        var now = 0.0;
        for (var i = 0; i < 40_000; i++)
        {
            if (flying.Count == 200)
            {
                flying.TryDequeue(out var done, out now);
                selector.Set[done.Index].State.Release(failed: false);
                Note(selector, done.Index, (now - done.Begun) * 1000, now);
            }

            var none = default(ExclusionSet);
            var index = selector.Select(new SelectionContext(in none, random), Start + (long)(now * 1000));
            selector.Set[index].TryReserve();
            counts[index]++;
            flying.Enqueue((index, now), now + ((index < 10 ? 0.200 : 0.010) * (0.5 + random.NextDouble())));
        }

        // By chance it would be a tenth. Both that are drawn are slow once in a hundred times.
        Assert.That(counts.Take(10).Sum() / 40_000.0, Is.LessThan(0.02));
        Assert.That(counts.Take(10), Is.All.Positive);
    }

    [Test]
    [CancelAfter(60_000)]
    public void Averages_written_by_many_threads_are_never_torn()
    {
        var state = new BackendState();
        var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                state.NoteFirstByte((10 + number) * Stopwatch.Frequency / 1000, Start + i);
                var now = (uint)(Start + i);
                Assert.That(PeakAverage.Read(state.FirstByte, now, 1e9f), Is.InRange(9.9f, 13.1f));
            }
        })).ToArray();
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    }

    [Test]
    public void Time_that_comes_round_after_49_days_does_no_harm()
    {
        var word = PeakAverage.Add(0, 100, now: uint.MaxValue - 10, decay: 10_000);

        Assert.That(PeakAverage.Read(word, now: 9_989, decay: 10_000), Is.EqualTo(100 / Math.E).Within(0.1));
        Assert.That(PeakAverage.Read(word, now: uint.MaxValue - 20, decay: 10_000), Is.EqualTo(100), "a loop that is a moment behind");
    }

    [TestCase("decay", "5", "'5' is not a duration; write a whole number and its unit, such as 500ms, 5s or 2m")]
    [TestCase("decay", "1h", "1h is out of range; use 100ms to 10m")]
    [TestCase("decay", "9000000000s", "'9000000000s' is not a duration; write a whole number and its unit, such as 500ms, 5s or 2m")]
    [TestCase("choices", "9", "9 is out of range; use 2 to 8")]
    public void A_wrong_parameter_is_said_to_be(string name, string text, string expected) =>
        Assert.That(new LeastTimeStrategy().Parameters.Single(parameter => parameter.Name == name).Check(text), Is.EqualTo(expected));

    [Test]
    public void The_costs_are_explained()
    {
        var selector = Create(2, 1);
        selector.Set[0].Load(3);

        Assert.That(selector.Explain(), Is.EqualTo(new[]
        {
            "the lowest is chosen:",
            "b1: 1 ms (not measured yet) x (0 in flight + 1) / weight 1 = 1",
            "b0: 1 ms (not measured yet) x (3 in flight + 1) / weight 2 = 2",
        }));
    }

    private static void Note(LeastTimeSelector selector, int index, double milliseconds, double at) =>
        selector.Set[index].State.NoteFirstByte((long)(milliseconds * Stopwatch.Frequency / 1000), Start + (long)(at * 1000));

    private static int Select(LeastTimeSelector selector, double at)
    {
        var none = default(ExclusionSet);
        return selector.Select(new SelectionContext(in none, TestSets.Random), Start + (long)(at * 1000));
    }

    private static List<int> Hold(LeastTimeSelector selector, int count, double at)
    {
        var chosen = new List<int>();
        for (var i = 0; i < count; i++)
        {
            chosen.Add(Select(selector, at));
            selector.Set[chosen[^1]].TryReserve();
        }

        return chosen;
    }
}
