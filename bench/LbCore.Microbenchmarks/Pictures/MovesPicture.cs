using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Draws which share of the keys gets another backend when one comes or goes.</summary>
internal static class MovesPicture
{
    private const int Backends = 10;
    private const int Keys = 100_000;

    private static readonly PicturedStrategy[] Strategies =
    [
        PicturedStrategy.NginxIpHash, PicturedStrategy.IpHash, PicturedStrategy.ConsistentHash, PicturedStrategy.Rendezvous, PicturedStrategy.Maglev,
    ];

    public static Picture Draw()
    {
        const string Title = "How many keys move when a backend comes or goes";
        var subtitle = string.Create(
            CultureInfo.InvariantCulture, $"{Keys:N0} client addresses, {Backends} backends of the same weight; the mean of {Backends} different ones that leave or join.");
        var table = new MarkdownTable(
            Title, subtitle, "strategy", "one leaves: had to move", "moved needlessly", "moved in all", "one joins: had to move", "moved needlessly", "moved in all");
        const double Left = 170;
        const double PanelWidth = 290;
        const double PanelPitch = 345;
        const double Top = 130;
        const double Pitch = 34;
        const double Height = 22;
        const int PageHeight = 376;
        var page = new SvgPage(Title, subtitle, PageHeight);
        var x = page.Legend(SvgPage.Margin, 82, SvgPage.Blue, "had to move: from the one that left, to the one that joined");
        page.Legend(x, 82, SvgPage.Orange, "moved needlessly: between two that stayed");
        var bottom = Top + (Strategies.Length * Pitch) - 4;
        var panels = new[]
        {
            (Text: $"one of {Backends} leaves", Least: 1.0 / Backends, Moves: Strategies.Select(MeasureLeaving).ToArray()),
            (Text: $"one joins {Backends}", Least: 1.0 / (Backends + 1), Moves: Strategies.Select(MeasureJoining).ToArray()),
        };
        for (var panel = 0; panel < panels.Length; panel++)
        {
            var left = Left + (panel * PanelPitch);
            page.Text(left, Top - 14, panels[panel].Text, isBold: true);
            for (var percent = 0; percent <= 100; percent += 25)
            {
                x = left + (percent / 100.0 * PanelWidth);
                page.Rule(x, Top - 5, x, bottom);
                page.Text(x, bottom + 16, $"{percent} %", color: SvgPage.Faint, anchor: "middle", size: 12);
            }

            var y = Top;
            foreach (var (needed, needless) in panels[panel].Moves)
            {
                page.Bar(left, y, needed * PanelWidth, Height, SvgPage.Blue);
                page.Bar(left + (needed * PanelWidth), y, needless * PanelWidth, Height, SvgPage.Orange);
                var all = (needed + needless) * PanelWidth;
                var isFull = all > PanelWidth - 60;
                page.Text(left + all + (isFull ? -6 : 6), y + 15.5, Percent(needed + needless), anchor: isFull ? "end" : "start", size: 12);
                y += Pitch;
            }

            x = left + (panels[panel].Least * PanelWidth);
            page.Rule(x, Top - 9, x, bottom, SvgPage.Ink, isDashed: true);
        }

        for (var i = 0; i < Strategies.Length; i++)
        {
            page.Text(Left - 10, Top + (i * Pitch) + 16, Strategies[i].Label, anchor: "end");
            var (leaving, joining) = (panels[0].Moves[i], panels[1].Moves[i]);
            table.Add(
                $"`{Strategies[i].Label}`",
                Percent(leaving.Needed),
                Percent(leaving.Needless),
                Percent(leaving.Needed + leaving.Needless),
                Percent(joining.Needed),
                Percent(joining.Needless),
                Percent(joining.Needed + joining.Needless));
        }

        page.Text(Left + ((PanelPitch + PanelWidth) / 2), bottom + 34, "share of the keys that move", color: SvgPage.Faint, anchor: "middle", size: 12);
        page.LegendOfRule(SvgPage.Margin, PageHeight - 16, string.Create(
            CultureInfo.InvariantCulture, $"the least possible with even shares: {100 * panels[0].Least:0.0} % and {100 * panels[1].Least:0.0} %"));
        return new Picture("moves.svg", page.ToString(), table.ToString());
    }

    private static (double Needed, double Needless) MeasureLeaving(PicturedStrategy strategy)
    {
        var names = PictureSets.NamesOf(Backends).ToArray();
        return Mean(names.Select(leaving => Compare(strategy, names, [.. names.Where(name => name != leaving)], leaving)));
    }

    private static (double Needed, double Needless) MeasureJoining(PicturedStrategy strategy)
    {
        var names = PictureSets.NamesOf(2 * Backends).ToArray();
        var before = names[..Backends];
        return Mean(names[Backends..].Select(joining => Compare(strategy, before, [.. before, joining], joining)));
    }

    /// <summary>Returns which share of the keys moves from or to the backend that leaves or joins, and which between others.</summary>
    private static (double Needed, double Needless) Compare(PicturedStrategy strategy, string[] before, string[] after, string changing)
    {
        var needed = 0;
        var needless = 0;
        foreach (var (old, now) in Choose(strategy, before).Zip(Choose(strategy, after)))
        {
            var moves = old != now;
            var isNeeded = old == changing || now == changing;
            needed += moves && isNeeded ? 1 : 0;
            needless += moves && !isNeeded ? 1 : 0;
        }

        return (needed / (double)Keys, needless / (double)Keys);
    }

    private static IEnumerable<string> Choose(PicturedStrategy strategy, IEnumerable<string> names)
    {
        var set = PictureSets.Of([.. names.Select(static name => (name, 1))]);
        var selector = strategy.Create(set);
        var random = new RandomSource(1);
        return PictureSets.Clients(Keys, seed: 4).Select(client => set[PicturedStrategy.Select(selector, random, in client, milliseconds: 0)].Name);
    }

    private static (double Needed, double Needless) Mean(IEnumerable<(double Needed, double Needless)> moves)
    {
        var all = moves.ToArray();
        return (all.Average(static move => move.Needed), all.Average(static move => move.Needless));
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
}
