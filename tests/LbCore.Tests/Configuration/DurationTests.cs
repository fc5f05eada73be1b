using System;
using CsCheck;
using LbCore.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class DurationTests
{
    [TestCase("500ms", 500)]
    [TestCase("5s", 5_000)]
    [TestCase("2m", 120_000)]
    [TestCase("1h", 3_600_000)]
    [TestCase("1d", 86_400_000)]
    [TestCase("0s", 0)]
    public void What_users_type_is_read(string text, long milliseconds)
    {
        Assert.That(Duration.TryParse(text, out var duration, out var error), Is.True, error);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("s")]
    [TestCase("-5s")]
    [TestCase("1.5s")]
    [TestCase("5 s")]
    [TestCase("5S")]
    [TestCase("5sec")]
    [TestCase("99999999999999999999s")]
    [TestCase("9999999999999999d")]
    public void Anything_else_is_refused_with_an_example(string text)
    {
        Assert.That(Duration.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain($"'{text}'").And.Contain("5s"));
    }

    [Test]
    public void A_number_without_a_unit_is_shown_one()
    {
        Assert.That(Duration.TryParse("90", out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo("'90' has no unit; write 90s for seconds, or another unit, such as 500ms or 2m"));
    }

    [Test]
    public void What_is_written_reads_back_the_same() => Gen.Long[0, 10_000_000_000].Sample(milliseconds =>
        Duration.TryParse(Duration.Format(TimeSpan.FromMilliseconds(milliseconds)), out var duration, out _)
        && duration == TimeSpan.FromMilliseconds(milliseconds));
}
