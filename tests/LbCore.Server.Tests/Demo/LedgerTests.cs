using System.Diagnostics;
using System.Globalization;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

/// <summary>What counts as announced is tight: a death explains what was on its way while it died, and nothing else.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LedgerTests
{
    private const long Begin = 1000;
    private const long End = 1010;

    private readonly Ledger _ledger = new();
    private readonly BackendFigures _figures = new();

    [TestCase(900, 1020, TestName = "sent before the death, failed after it")]
    [TestCase(900, 1000, TestName = "failed as it began")]
    [TestCase(1005, 1006, TestName = "sent and failed while it died")]
    [TestCase(1010, 1020, TestName = "sent as it ended")]
    public void A_502_of_a_request_that_was_on_its_way_at_a_death_is_announced(long sent, long ended)
    {
        Die();

        Assert.That(_ledger.AddFailure(Failure(FailureKind.BadGateway, isTcp: false, sent, ended)), Is.False);
        Assert.That((_ledger.InDeaths, _ledger.Lost, _ledger.Requests), Is.EqualTo((1, 0, 1)));
    }

    [TestCase(1011, 1020, TestName = "sent after the death")]
    [TestCase(900, 999, TestName = "failed before the death")]
    public void A_502_of_a_request_that_met_no_death_is_lost(long sent, long ended)
    {
        Die();

        Assert.That(_ledger.AddFailure(Failure(FailureKind.BadGateway, isTcp: false, sent, ended)), Is.True);
        Assert.That((_ledger.InDeaths, _ledger.Lost), Is.EqualTo((0, 1)));
    }

    [Test]
    public void A_502_while_a_backend_still_dies_is_announced()
    {
        _ledger.DeathBegins("b", _figures, Begin);
        Take(1);

        Assert.That(_ledger.AddFailure(Failure(FailureKind.BadGateway, isTcp: false, Begin + 1, Begin + 2)), Is.False);
    }

    [TestCase(nameof(FailureKind.BadGateway), false)]
    [TestCase(nameof(FailureKind.CutOff), true)]
    public void A_death_explains_no_more_failures_than_its_backend_held_requests(string kind, bool isTcp)
    {
        Take(4);
        _figures.End(isError: false);
        _ledger.DeathBegins("b", _figures, Begin);
        Take(2);
        Assert.That(_ledger.DeathEnds(End), Is.EqualTo(5));
        Take(100);

        Fail(8, System.Enum.Parse<FailureKind>(kind), isTcp, ended: 1020);

        Assert.That((_ledger.InDeaths, _ledger.Lost), Is.EqualTo((5, 3)));
    }

    [Test]
    public void A_connection_of_mode_tcp_for_each_client_may_have_waited_unread_at_the_dying_backend()
    {
        Die(held: 0);

        Fail(1, FailureKind.CutOff, isTcp: true, ended: 1020);
        Fail(Ledger.MostWaiting + 1, FailureKind.ClosedUnanswered, isTcp: true, ended: 1020);

        Assert.That((_ledger.InDeaths, _ledger.Lost), Is.EqualTo((Ledger.MostWaiting, 2)));
    }

    [Test]
    public void Each_death_explains_what_its_own_backend_held()
    {
        Die(held: 2);
        _ledger.DeathBegins("c", new BackendFigures(), Begin);
        Assert.That(_ledger.DeathEnds(End), Is.Zero);
        Die(held: 1);

        Fail(5, FailureKind.BadGateway, isTcp: false, ended: 1020);

        Assert.That((_ledger.InDeaths, _ledger.Lost), Is.EqualTo((5, 0)), "the second death holds what is still in flight too");
        Fail(1, FailureKind.BadGateway, isTcp: false, ended: 1020);
        Assert.That(_ledger.Lost, Is.EqualTo(1));
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    public void A_failure_that_comes_later_than_the_aftermath_is_lost(long ticks, bool isLost)
    {
        Die();
        var ended = End + (long)(Ledger.LongestAftermath.TotalSeconds * Stopwatch.Frequency) + ticks;

        Assert.That(_ledger.AddFailure(Failure(FailureKind.BadGateway, isTcp: false, 1005, ended)), Is.EqualTo(isLost));
    }

    [Test]
    public void Without_a_death_a_502_is_lost() =>
        Assert.That(_ledger.AddFailure(Failure(FailureKind.BadGateway, isTcp: false, 1, 2)), Is.True);

    [TestCase(nameof(FailureKind.NotConnected), false)]
    [TestCase(nameof(FailureKind.NotConnected), true)]
    [TestCase(nameof(FailureKind.TimedOut), false)]
    [TestCase(nameof(FailureKind.TimedOut), true)]
    [TestCase(nameof(FailureKind.WrongStatus), false)]
    [TestCase(nameof(FailureKind.WrongAnswer), false)]
    [TestCase(nameof(FailureKind.WrongAnswer), true)]
    [TestCase(nameof(FailureKind.BadGateway), true)]
    [TestCase(nameof(FailureKind.ClosedUnanswered), false)]
    public void What_a_death_does_not_do_is_lost_during_one_too(string kind, bool isTcp)
    {
        Die();

        Assert.That(_ledger.AddFailure(Failure(System.Enum.Parse<FailureKind>(kind), isTcp, 900, 1020)), Is.True);
    }

    [TestCase(nameof(FailureKind.CutOff), false)]
    [TestCase(nameof(FailureKind.CutOff), true)]
    [TestCase(nameof(FailureKind.ClosedUnanswered), true)]
    public void The_end_of_a_connection_to_a_dying_backend_is_announced(string kind, bool isTcp)
    {
        Die();

        Assert.That(_ledger.AddFailure(Failure(System.Enum.Parse<FailureKind>(kind), isTcp, 900, 1020)), Is.False);
    }

    [TestCase("b", false)]
    [TestCase("a", true)]
    public void A_death_explains_the_end_of_its_own_answers_only(string answering, bool isLost)
    {
        Die();

        Assert.That(_ledger.AddFailure(Failure(FailureKind.CutOff, isTcp: true, 900, 1020, answering)), Is.EqualTo(isLost));
    }

    [Test]
    public void The_list_of_lost_requests_is_bounded_and_their_number_is_not()
    {
        for (var i = 0; i < 100; i++)
        {
            _ledger.AddFailure(Failure(FailureKind.TimedOut, isTcp: false, i, i));
        }

        Assert.That(_ledger.Lost, Is.EqualTo(100));
        Assert.That(_ledger.LostList, Has.Count.EqualTo(Ledger.MostListed));
        Assert.That(_ledger.LostList[0], Is.EqualTo("request 0"));
    }

    private static RequestFailure Failure(FailureKind kind, bool isTcp, long sent, long ended, string backend = "") =>
        new(kind, isTcp, sent, ended, backend, "request " + sent.ToString(CultureInfo.InvariantCulture));

    private void Die(int held = 1)
    {
        Take(held);
        _ledger.DeathBegins("b", _figures, Begin);
        _ledger.DeathEnds(End);
    }

    private void Take(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            _figures.Begin();
        }
    }

    private void Fail(int times, FailureKind kind, bool isTcp, long ended)
    {
        for (var i = 0; i < times; i++)
        {
            _ledger.AddFailure(Failure(kind, isTcp, 1005, ended));
        }
    }
}
