using System;
using System.Globalization;
using System.Linq;
using LbCore.Balancing;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Draws what bounded loads do for backends whose keys are asked for unevenly.</summary>
internal static class HotKeysPicture
{
    private const int Backends = 20;
    private const int Paths = 10_000;
    private const double Exponent = 1.1;
    private const double Milliseconds = 20;
    private const double InFlight = 20;
    private const double Begin = 1_000;
    private const double End = 31_000;

    private const int Drawn = 25;

    private static readonly (string Text, double Factor, string Color)[] Panels =
    [
        ("balanceFactor off", 0, SvgPage.Orange),
        ("balanceFactor 1.5", 1.5, SvgPage.Sky),
        ("balanceFactor 1.25", 1.25, SvgPage.Blue),
    ];

    public static Picture Draw()
    {
        const string Title = "consistent-hash by path, when a few paths are hot";
        var folder = TypicalFolder();
        var keys = new ZipfKeys(Paths, Exponent, folder);
        var results = Panels.Select(panel => Measure(panel.Factor, folder)).ToArray();
        var top = results.Max(static result => result.Loads[0]) * 1.05;
        var subtitle = string.Create(
            CultureInfo.InvariantCulture,
            $"Simulated: {Paths:N0} paths (Zipf, s = {Exponent}; the first gets {100 * keys.ShareOf(0):0} % of the requests), {Backends} backends, {InFlight * Backends} requests in flight.");
        var caption = $"Which backends the hottest paths meet on is luck: of {Drawn} sets of paths, this one has the median of the busiest backends.";
        var table = new MarkdownTable(
            Title, $"{subtitle} {caption}", "balanceFactor", "busiest backend, times the mean", "idlest backend", "most at any moment, times the mean then", "requests that go elsewhere than their path's backend");
        const double Left = 62;
        const double PanelWidth = 250;
        const double PanelPitch = 266;
        const double Top = 112;
        const double Bottom = 330;
        const double Slot = PanelWidth / Backends;
        const int PageHeight = 450;
        var page = new SvgPage(Title, subtitle, PageHeight);
        for (var multiple = 0; multiple <= top; multiple++)
        {
            page.Rule(Left, HeightOf(multiple), Left + (2 * PanelPitch) + PanelWidth, HeightOf(multiple));
            page.Text(Left - 8, HeightOf(multiple) + 4, $"{multiple}x", color: SvgPage.Faint, anchor: "end", size: 12);
        }

        page.Text(26, (Top + Bottom) / 2, "requests in flight, times the mean", color: SvgPage.Faint, anchor: "middle", size: 12, isUpright: true);
        for (var panel = 0; panel < Panels.Length; panel++)
        {
            var (text, factor, color) = Panels[panel];
            var (loads, most, elsewhere) = results[panel];
            var left = Left + (panel * PanelPitch);
            page.Text(left, 86, text, isBold: true);
            page.Text(left, 104, string.Create(CultureInfo.InvariantCulture, $"{100 * elsewhere:0.0} % of the requests go elsewhere"), color: SvgPage.Faint, size: 12);
            for (var i = 0; i < loads.Length; i++)
            {
                var x = left + (i * Slot);
                page.Bar(x + 1, HeightOf(loads[i]), Slot - 2, Bottom - HeightOf(loads[i]), color);
                page.Text(x + (Slot / 2) + 3.5, Bottom + 6, Multiple(loads[i]), anchor: "end", size: 10, isUpright: true);
            }

            if (factor > 0)
            {
                page.Rule(left, HeightOf(factor), left + PanelWidth, HeightOf(factor), SvgPage.Ink, isDashed: true);
            }

            table.Add(
                factor == 0 ? "off" : factor.ToString(CultureInfo.InvariantCulture),
                $"{Multiple(loads[0])}x",
                $"{Multiple(loads[^1])}x",
                $"{Multiple(most)}x",
                string.Create(CultureInfo.InvariantCulture, $"{100 * elsewhere:0.0} %"));
        }

        page.Text(Left + PanelPitch + (PanelWidth / 2), Bottom + 50, $"the {Backends} backends, the busiest first", color: SvgPage.Faint, anchor: "middle", size: 12);
        page.LegendOfRule(SvgPage.Margin, PageHeight - 40, "the bound: balanceFactor times the mean. It is rounded up to a whole request.");
        page.Caption(caption);
        return new Picture("hotkeys.svg", page.ToString(), table.ToString());

        double HeightOf(double multiple) => Bottom - (multiple / top * (Bottom - Top));
    }

    /// <summary>Returns the backends' loads over the mean, the busiest first; the most that one had at a choice; and the share of requests that were not at home.</summary>
    private static (double[] Loads, double Most, double Elsewhere) Measure(double factor, int folder)
    {
        var keys = new ZipfKeys(Paths, Exponent, folder);
        var servers = new SimulatedServer[Backends];
        Array.Fill(servers, new SimulatedServer(int.MaxValue, Milliseconds));
        var simulation = new RequestSimulation(StrategyOf(factor), servers, Begin, End);
        simulation.Run(Backends * InFlight / Milliseconds, keys.Next);
        var loads = Enumerable.Range(0, Backends).Select(simulation.MeanInFlight).OrderDescending().ToArray();
        var mean = loads.Average();
        var homes = HomesOf(keys);
        var elsewhere = simulation.Requests.Count(request => request.Backend != homes[request.Key]);
        return ([.. loads.Select(load => load / mean)], simulation.MostOverMean, elsewhere / (double)simulation.Requests.Count);
    }

    /// <summary>
    /// Returns the folder of those drawn whose busiest backend is the median of all, without a bound: whether the two hottest
    /// paths meet on one backend is luck, and neither the best nor the worst tells what to expect.
    /// </summary>
    private static int TypicalFolder() => Enumerable.Range(1, Drawn).OrderBy(static folder =>
    {
        var keys = new ZipfKeys(Paths, Exponent, folder);
        var shares = new double[Backends];
        foreach (var (key, home) in HomesOf(keys).Index())
        {
            shares[home] += keys.ShareOf(key);
        }

        return shares.Max();
    }).ElementAt(Drawn / 2);

    /// <summary>Returns the index of the backend that each path has without a bound.</summary>
    private static int[] HomesOf(ZipfKeys keys)
    {
        var strategy = StrategyOf(factor: 0);
        var selector = strategy.Create(PictureSets.Equal(Backends));
        var random = new RandomSource(1);
        return [.. Enumerable.Range(0, Paths).Select(key => PicturedStrategy.Select(selector, random, keys.InputOf(key), milliseconds: 0))];
    }

    private static PicturedStrategy StrategyOf(double factor) => new(
        StrategyNames.ConsistentHash,
        StrategyNames.ConsistentHash,
        ("key", "path"),
        ("balanceFactor", factor.ToString(CultureInfo.InvariantCulture)));

    private static string Multiple(double load) => load.ToString("0.00", CultureInfo.InvariantCulture);
}
