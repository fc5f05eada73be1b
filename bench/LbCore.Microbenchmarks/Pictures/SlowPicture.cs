using System;
using System.Globalization;
using System.Linq;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Draws how long responses take while one backend is much slower than the others.</summary>
internal static class SlowPicture
{
    private const int Backends = 10;
    private const int Slow = Backends - 1;
    private const int Workers = 8;
    private const double Milliseconds = 10;
    private const double TimesSlower = 10;
    private const double Load = 0.6;
    private const double Begin = 2_000;
    private const double End = 22_000;

    // The scale of times is logarithmic, from 1 ms to 100 s.
    private const double Decades = 5;

    private static readonly SimulatedServer[] Servers =
    [
        .. Enumerable.Range(0, Backends).Select(static index => new SimulatedServer(Workers, index == Slow ? TimesSlower * Milliseconds : Milliseconds)),
    ];

    private static readonly double ArrivalsPerMillisecond = Load * Servers.Sum(static server => server.Workers / server.Milliseconds);

    private static readonly PicturedStrategy[] Strategies =
    [
        PicturedStrategy.RoundRobin, PicturedStrategy.Random, PicturedStrategy.PowerOfTwo, PicturedStrategy.LeastConnections, PicturedStrategy.LeastTime,
    ];

    public static Picture Draw()
    {
        const string Title = "One backend of ten is ten times slower";
        var subtitle = string.Create(
            CultureInfo.InvariantCulture,
            $"Simulated: {Workers} workers each, {Milliseconds} ms a request ({Milliseconds * TimesSlower} ms on the slow one), random arrivals at {100 * Load} % of what all can do, {(End - Begin) / 1000} s.");
        const string Caption = "Round-robin and random give it more: its queue grows, and their p99 with it, for as long as that lasts.";
        var capacity = string.Create(
            CultureInfo.InvariantCulture, $"The slow one can do {100 * Workers / (Milliseconds * TimesSlower) / ArrivalsPerMillisecond:0.0} % of these requests.");
        var table = new MarkdownTable(Title, $"{subtitle} {capacity} {Caption}", "strategy", "p50", "p99", "requests that the slow one got");
        const double Left = 150;
        const double Right = 560;
        const double ShareLeft = 650;
        const double ShareRight = 790;
        const double Top = 122;
        const double Pitch = 46;
        const double Height = 17;
        const int PageHeight = 436;
        var page = new SvgPage(Title, subtitle, PageHeight);
        var x = page.Legend(SvgPage.Margin, 82, SvgPage.Sky, "p50: half of the responses were quicker");
        page.Legend(x, 82, SvgPage.Blue, "p99: 99 of 100 were quicker");
        page.Text(Left, Top - 12, "response time", isBold: true);
        page.Text(ShareLeft, Top - 12, "given to the slow one", isBold: true);
        var bottom = Top + (Strategies.Length * Pitch) - 6;
        for (var decade = 0; decade <= Decades; decade++)
        {
            x = Left + (decade / Decades * (Right - Left));
            page.Rule(x, Top - 4, x, bottom);
            page.Text(x, bottom + 16, decade < 3 ? $"{Math.Pow(10, decade)} ms" : $"{Math.Pow(10, decade - 3)} s", color: SvgPage.Faint, anchor: "middle", size: 12);
        }

        page.Text((Left + Right) / 2, bottom + 34, "logarithmic scale", color: SvgPage.Faint, anchor: "middle", size: 12);
        page.Rule(ShareLeft, Top - 4, ShareLeft, bottom);
        var y = Top;
        foreach (var strategy in Strategies)
        {
            var (p50, p99, share) = Measure(strategy);
            page.Text(Left - 10, y + 22, strategy.Label, anchor: "end");
            foreach (var (time, color, offset) in ((double, string, double)[])[(p50, SvgPage.Sky, 0), (p99, SvgPage.Blue, Height + 1)])
            {
                var width = Math.Log10(time) / Decades * (Right - Left);
                page.Bar(Left, y + offset, width, Height, color);
                page.Text(Left + width + 6, y + offset + 13, Text(time), size: 12);
            }

            // The widest bar is what the slow one gets of an even share.
            var shareWidth = share * Backends * (ShareRight - ShareLeft);
            var percent = string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %");
            page.Bar(ShareLeft, y + (Height / 2), shareWidth, Height, SvgPage.Orange);
            page.Text(ShareLeft + shareWidth + 6, y + (Height / 2) + 13, percent, size: 12);
            table.Add($"`{strategy.Label}`", Text(p50), Text(p99), percent);
            y += Pitch;
        }

        page.Caption(capacity, Caption);
        return new Picture("slow.svg", page.ToString(), table.ToString());
    }

    private static (double P50, double P99, double ShareOfSlow) Measure(PicturedStrategy strategy)
    {
        var simulation = new RequestSimulation(strategy, Servers, Begin, End);
        simulation.Run(ArrivalsPerMillisecond, static () => default);
        var times = simulation.Requests.Select(static request => request.Milliseconds).Order().ToArray();
        var slow = simulation.Requests.Count(static request => request.Backend == Slow);
        return (Percentile(times, 0.5), Percentile(times, 0.99), slow / (double)times.Length);
    }

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];

    private static string Text(double milliseconds) => milliseconds >= 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms");
}
