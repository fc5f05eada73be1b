using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class DemoTextTests
{
    [Test]
    public void The_banner_has_the_lines_to_try_with_the_real_ports_and_says_what_was_taken()
    {
        var text = DemoText.Format(Samples.Started);

        Assert.That(text, Does.Contain("  curl -i http://127.0.0.1:8080/").And.Contain("  curl http://127.0.0.1:8083/"));
        Assert.That(text, Does.Contain("\nPort 8081 is taken; 8083 is used.\n"));
        Assert.That(text, Does.Contain("Backends: a, b, c (answers after 60ms), d (answers 503 to every 25th request, which is an announced fault)."));
        Assert.That(text, Does.Contain("It ends after 15s, or with Ctrl-C."));
    }

    [Test]
    public void A_second_is_one_line() => Assert.That(
        DemoText.Format((DemoMessage)Samples.Second),
        Is.EqualTo("   3.0 s  150 req/s  answered 1,234, announced faults 2, lost 1 | a up 100/s p50 1.5 ms p99 63 ms 3 in flight | b down 0/s\n"));

    [Test]
    public void An_event_is_one_line_with_what_is_expected() => Assert.That(
        DemoText.Format((DemoMessage)Samples.Death), Is.EqualTo("   2.3 s  * b dies (expected: [the others] answer)\n"));

    [Test]
    public void A_summary_says_that_nothing_was_lost_and_what_comes_next()
    {
        var text = DemoText.Format(Samples.Summary(lost: 0));

        Assert.That(text, Does.Contain("Summary: 15.0 s, 1,240 requests\n").And.Contain("Lost: 0\n"));
        Assert.That(text, Does.Contain("Announced faults: 6 (5 times 503 of a flaky backend, 1 in flight at a backend that died)\n"));
        Assert.That(text, Does.Contain("  lbcore run -c lbcore.json"));
    }

    [Test]
    public void A_summary_lists_what_was_lost()
    {
        var text = DemoText.Format(Samples.Summary(lost: 3));

        Assert.That(text, Does.Contain("Lost: 3\n").And.Contain("  lost: /http/7: 503 of the load balancer\n").And.Contain("  and 2 more\n"));
    }
}
