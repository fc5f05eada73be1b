using System;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LatencyHistogramTests
{
    [TestCase(0)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(31)]
    [TestCase(32)]
    [TestCase(1000)]
    [TestCase(61_234)]
    [TestCase(10_000_000)]
    [TestCase(uint.MaxValue)]
    public void A_percentile_is_at_most_one_sixteenth_too_high_and_never_too_low(long microseconds)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.FromMicroseconds(microseconds));

        var found = histogram.Percentile(0.5)!.Value.TotalMicroseconds;

        Assert.That(found, Is.InRange(microseconds, microseconds * 17.0 / 16));
    }

    [Test]
    public void Percentiles_are_by_rank()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 100; i++)
        {
            histogram.Add(TimeSpan.FromMilliseconds(i <= 98 ? 1 : 500));
        }

        Assert.That(histogram.Percentile(0.5)!.Value.TotalMilliseconds, Is.EqualTo(1).Within(7).Percent);
        Assert.That(histogram.Percentile(0.98)!.Value.TotalMilliseconds, Is.EqualTo(1).Within(7).Percent);
        Assert.That(histogram.Percentile(0.99)!.Value.TotalMilliseconds, Is.EqualTo(500).Within(7).Percent);
    }

    [Test]
    public void Without_a_latency_there_is_no_percentile()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.FromHours(3));
        histogram.Clear();

        Assert.That(histogram.Percentile(0.5), Is.Null);
    }
}
