using LbCore.Server.Demo;
using NUnit.Framework;
using Spectre.Console.Testing;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class TableViewTests
{
    [Test]
    public void A_row_has_everything_of_its_backend()
    {
        var text = Draw(width: 120, isUnicode: true, Samples.Second);

        Assert.That(text, Does.Contain("│ a       │ up    │   100 │         3 │ 1.5 ms │ 63 ms │      0 │ ▁▄█"));
        Assert.That(text, Does.Contain("│ b       │ down  │     0 │         0 │      - │     - │      4 │ ██▁"));
        Assert.That(text, Does.Contain("150 req/s  answered 1,234, announced faults 2, lost 1"));
    }

    [TestCase(80)]
    [TestCase(100)]
    [TestCase(200)]
    public void A_row_is_one_line(int width)
    {
        var text = Draw(width, isUnicode: false, Samples.Second);

        Assert.That(text.Split('\n'), Has.Exactly(1).Contains("| a "));
        Assert.That(text.Split('\n'), Has.All.Length.LessThanOrEqualTo(width));
        Assert.That(text, Does.Contain("errors |"));
        Assert.That(text, Is.All.LessThan('\x80'));
    }

    [Test]
    public void Events_are_bounded_and_their_text_is_no_markup()
    {
        var view = new TableView(isUnicode: true);
        for (var i = 0; i < 10; i++)
        {
            view.Take(Samples.Death with { Backend = $"[{i}]" });
        }

        using var console = new TestConsole().Width(120);
        console.Write(view.Draw(120));

        Assert.That(console.Output, Does.Contain("[9] dies; expected: [the others] answer"));
        Assert.That(console.Output.Split("dies").Length - 1, Is.EqualTo(TableView.MostEvents));
    }

    [TestCase(new int[0], "")]
    [TestCase(new[] { 0 }, "▁")]
    [TestCase(new[] { 0, 7, 14 }, "▁▄█")]
    [TestCase(new[] { int.MaxValue, 0 }, "█▁")]
    public void A_sparkline_is_scaled_to_its_highest(int[] values, string expected) =>
        Assert.That(Sparkline.Draw(values, top: 0, isUnicode: true), Is.EqualTo(expected));

    private static string Draw(int width, bool isUnicode, DemoMessage message)
    {
        var view = new TableView(isUnicode);
        view.Take(message);
        using var console = new TestConsole().Width(width);
        console.Write(view.Draw(width));
        return console.Output;
    }
}
