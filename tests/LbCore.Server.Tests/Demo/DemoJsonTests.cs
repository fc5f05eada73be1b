using System.Text.Json;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class DemoJsonTests
{
    [Test]
    public void A_second_has_every_backend()
    {
        using var json = Parse(Samples.Second);
        var row = json.RootElement.GetProperty("backends")[0];

        Assert.That(json.RootElement.GetProperty("type").GetString(), Is.EqualTo("second"));
        Assert.That(json.RootElement.GetProperty("lost").GetInt64(), Is.EqualTo(1));
        Assert.That(row.GetProperty("p50Ms").GetDouble(), Is.EqualTo(1.5));
        Assert.That(row.GetProperty("inFlight").GetInt32(), Is.EqualTo(3));
        Assert.That(json.RootElement.GetProperty("backends")[1].GetProperty("p99Ms").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void An_event_says_what_is_expected()
    {
        using var json = Parse(Samples.Death);

        Assert.That(json.RootElement.GetProperty("event").GetString(), Is.EqualTo("dies"));
        Assert.That(json.RootElement.GetProperty("expected").GetString(), Is.EqualTo("[the others] answer"));
    }

    [Test]
    public void A_summary_lists_what_was_lost()
    {
        using var json = Parse(Samples.Summary(lost: 1));

        Assert.That(json.RootElement.GetProperty("lost").GetInt64(), Is.EqualTo(1));
        Assert.That(json.RootElement.GetProperty("lostList")[0].GetString(), Does.StartWith("/http/7"));
    }

    private static JsonDocument Parse(DemoMessage message)
    {
        var text = DemoJson.Format(message);
        Assert.That(text.TrimEnd('\n'), Does.Not.Contain("\n"));
        return JsonDocument.Parse(text);
    }
}
