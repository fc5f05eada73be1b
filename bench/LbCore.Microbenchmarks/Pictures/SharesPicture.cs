using System;
using System.Globalization;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Draws what share of the choices each backend gets, beside its share of the weights.</summary>
internal static class SharesPicture
{
    // So many that chance alone is off by some tenths of a point at most, and what is off beyond it is the strategy's.
    private const int Choices = 100_000;

    // So many that a whole request more or less for the backend of weight 1 is little.
    private const int InFlight = 400;
    private const double MillisecondsToFirstByte = 10;

    private static readonly int[] Weights = [1, 2, 3, 4];

    private static readonly string[] Colors = [SvgPage.Blue, SvgPage.Orange, SvgPage.Sky, SvgPage.Vermilion];

    private static readonly PicturedStrategy[] Strategies =
    [
        PicturedStrategy.RoundRobin, PicturedStrategy.Random, PicturedStrategy.PowerOfTwo, PicturedStrategy.LeastConnections, PicturedStrategy.LeastTime,
        PicturedStrategy.IpHash, PicturedStrategy.NginxIpHash, PicturedStrategy.ConsistentHash, PicturedStrategy.Rendezvous, PicturedStrategy.Maglev,
    ];

    public static Picture Draw()
    {
        const string Title = "Who gets how much: shares by weight";
        var subtitle = string.Create(
            CultureInfo.InvariantCulture,
            $"{Choices:N0} choices, as many different client addresses, {InFlight} requests in flight that all take equally long.");
        const string Caption = "Of the strategies that hash, up to 0.3 points are the luck of so many addresses; what is beyond that is their own unevenness.";
        var table = new MarkdownTable(Title, $"{subtitle} {Caption}", "strategy", "weight 1 (10 %)", "weight 2 (20 %)", "weight 3 (30 %)", "weight 4 (40 %)", "farthest off");
        const double Left = 184;
        const double Right = 760;
        const double Top = 108;
        const double Pitch = 30;
        const double Height = 22;
        const int PageHeight = 480;
        var page = new SvgPage(Title, subtitle, PageHeight);
        var x = (double)SvgPage.Margin;
        for (var i = 0; i < Weights.Length; i++)
        {
            x = page.Legend(x, 82, Colors[i], $"weight {Weights[i]}");
        }

        page.LegendOfRule(x, 82, "shares of the weights");
        page.Text(SvgPage.Width - SvgPage.Margin, 100, "farthest off", color: SvgPage.Faint, anchor: "end", size: 12);
        var y = Top;
        foreach (var strategy in Strategies)
        {
            var counts = Count(strategy);
            var shares = counts.Select(static count => count / (double)Choices).ToArray();
            var off = shares.Select(static (share, index) => Math.Abs(share - TargetOf(index))).Max();
            var offText = string.Create(CultureInfo.InvariantCulture, $"{100 * off:0.00} points");
            page.Text(Left - 10, y + 16, strategy.Label, anchor: "end");
            x = Left;
            for (var i = 0; i < shares.Length; i++)
            {
                var width = shares[i] * (Right - Left);
                page.Bar(x, y, width, Height, Colors[i]);
                page.Text(x + (width / 2), y + 15.5, Percent(shares[i]), color: SvgPage.InkOn(Colors[i]), anchor: "middle", size: 12);
                x += width;
            }

            page.Text(SvgPage.Width - SvgPage.Margin, y + 16, offText, anchor: "end", size: 12);
            table.Add([$"`{strategy.Label}`", .. shares.Select(Percent), offText]);
            y += Pitch;
        }

        var target = 0.0;
        for (var i = 0; i < Weights.Length - 1; i++)
        {
            target += TargetOf(i);
            page.Rule(Left + (target * (Right - Left)), Top - 5, Left + (target * (Right - Left)), y - 3, SvgPage.Ink, isDashed: true);
        }

        for (var percent = 0; percent <= 100; percent += 20)
        {
            page.Text(Left + (percent / 100.0 * (Right - Left)), y + 11, $"{percent} %", color: SvgPage.Faint, anchor: "middle", size: 12);
        }

        page.Text((Left + Right) / 2, y + 29, "share of the choices", color: SvgPage.Faint, anchor: "middle", size: 12);
        page.Caption(Caption);
        return new Picture("shares.svg", page.ToString(), table.ToString());
    }

    private static double TargetOf(int index) => Weights[index] / (double)Weights.Sum();

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static int[] Count(PicturedStrategy strategy)
    {
        var set = PictureSets.Of([.. Weights.Select(static weight => ($"b{weight}", weight))]);
        var selector = strategy.Create(set);
        var random = new RandomSource(1);
        var clients = PictureSets.Clients(InFlight + Choices, seed: 3);
        var held = new Backend[InFlight];
        var counts = new int[Weights.Length];
        for (var i = 0; i < clients.Length; i++)
        {
            ref var oldest = ref held[i % InFlight];
            if (i >= InFlight)
            {
                oldest.State.NoteFirstByte(TicksToFirstByte, i);
                oldest.State.Release(failed: false);
            }

            var index = PicturedStrategy.Select(selector, random, in clients[i], milliseconds: i);
            oldest = set[index];
            oldest.TryReserve();
            counts[index] += i < InFlight ? 0 : 1;
        }

        return counts;
    }

    private static long TicksToFirstByte { get; } = RequestSimulation.TicksOf(MillisecondsToFirstByte);
}
