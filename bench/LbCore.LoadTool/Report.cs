using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace LbCore.LoadTool;

/// <summary>Turns the samples of interleaved rounds into Markdown tables of medians, and judges the acceptance ratios.</summary>
internal static class Report
{
    private const string PingPongScenario = "pingpong";
    private const string OwnPrefix = "lbcore";
    private const string CheckedLayout = "one-core";
    private const double PingPongLimit = 1.0;
    private const double HttpLimit = 0.75;
    private const double HttpLargeLimit = 0.65;
    private const string HttpPrefix = "http ";
    private const double BulkLimit = 1.2;

    public static int Run(Arguments arguments)
    {
        var samples = Sample.ReadAll(arguments.Text("--input"));
        var check = arguments.Flag("--check");
        arguments.EnsureAllUsed();

        var missed = 0;
        foreach (var layout in samples.GroupBy(sample => sample.Layout))
        {
            var scenarios = layout.GroupBy(sample => sample.Scenario).ToDictionary(group => group.Key, group => group.ToList());
            foreach (var (scenario, rows) in scenarios)
            {
                var proxies = rows.GroupBy(row => row.Proxy).ToDictionary(group => group.Key, group => group.ToList());
                Console.WriteLine();
                Console.WriteLine(IsBulk(scenario) ? BulkTable(layout.Key, scenario, proxies) : MessageTable(layout.Key, scenario, proxies));
                if (check && layout.Key == CheckedLayout)
                {
                    Console.WriteLine();
                    missed += Judge(scenario, proxies);
                }
            }
        }

        if (check && !samples.Any(sample => sample.Layout == CheckedLayout && sample.Proxy.StartsWith(OwnPrefix, StringComparison.Ordinal)))
        {
            throw new LoadToolException($"--check needs lbcore in the layout {CheckedLayout}");
        }

        return missed == 0 ? 0 : LoadToolException.Failed;
    }

    private static bool IsBulk(string scenario) => scenario != PingPongScenario && !IsHttp(scenario);

    private static bool IsHttp(string scenario) => scenario.StartsWith(HttpPrefix, StringComparison.Ordinal);

    private static string Title(string scenario) => scenario == PingPongScenario
        ? "Ping-pong"
        : $"HTTP, {scenario[HttpPrefix.Length..].Replace(" ", " head, body of ", StringComparison.Ordinal)} bytes";

    private static string MessageTable(string layout, string scenario, Dictionary<string, List<Sample>> proxies)
    {
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"{Title(scenario)}, layout {layout}, {Rounds(proxies)} rounds")
            .AppendLine()
            .AppendLine("| proxy | CPU µs a message | min–max | of it user | × better of nginx, HAProxy | by round | messages/s | p50 µs | p99 µs | resident MB |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        var best = Reference(proxies, ["nginx", "haproxy"], Math.Min);
        foreach (var (proxy, rows) in proxies)
        {
            var figure = Median(rows, row => row.Figure);
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"| {proxy} | {figure:F2} | {Range(rows, "F2")} | {Median(rows, row => row.Figure * row.UserShare):F2} | {Ratio(figure, best)} | {RatioByRound(rows, proxies)} | {Median(rows, row => row.Rate):F0} | {Median(rows, row => row.P50):F0} | {Median(rows, row => row.P99):F0} | {Median(rows, row => row.ResidentMegabytes):F1} |");
        }

        return text.ToString().TrimEnd();
    }

    private static string BulkTable(string layout, string scenario, Dictionary<string, List<Sample>> proxies)
    {
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"Bulk, {scenario["bulk ".Length..]} stream(s), layout {layout}, {Rounds(proxies)} rounds")
            .AppendLine()
            .AppendLine("| proxy | MB per CPU second | min–max | × nginx | MB/s | resident MB |")
            .AppendLine("|---|---|---|---|---|---|");
        var nginx = Reference(proxies, ["nginx"], Math.Max);
        foreach (var (proxy, rows) in proxies)
        {
            var figure = Median(rows, row => row.Figure);
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"| {proxy} | {figure:F0} | {Range(rows, "F0")} | {Ratio(figure, nginx)} | {Median(rows, row => row.Rate):F0} | {Median(rows, row => row.ResidentMegabytes):F1} |");
        }

        return text.ToString().TrimEnd();
    }

    private static int Judge(string scenario, Dictionary<string, List<Sample>> proxies)
    {
        var isBulk = IsBulk(scenario);
        var reference = isBulk ? Reference(proxies, ["nginx"], Math.Max) : Reference(proxies, ["nginx", "haproxy"], Math.Min);
        var most = !IsHttp(scenario) ? PingPongLimit : scenario.EndsWith(" 65536", StringComparison.Ordinal) ? HttpLargeLimit : HttpLimit;
        if (reference is not { } other)
        {
            throw new LoadToolException("--check needs nginx beside lbcore, and for all but bulk HAProxy as well");
        }

        var missed = 0;
        foreach (var (proxy, rows) in proxies.Where(pair => pair.Key.StartsWith(OwnPrefix, StringComparison.Ordinal)))
        {
            var ratio = Median(rows, row => row.Figure) / other;
            var passed = isBulk ? ratio >= BulkLimit : ratio <= most;
            var limit = isBulk
                ? string.Create(CultureInfo.InvariantCulture, $"at least {BulkLimit:F1} × nginx")
                : string.Create(CultureInfo.InvariantCulture, $"at most {most:F2} × the better");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(passed ? "PASS" : "MISS")} {proxy}, {scenario}: {ratio:F3}, wanted {limit}"));
            missed += passed ? 0 : 1;
        }

        return missed;
    }

    private static double? Reference(Dictionary<string, List<Sample>> proxies, string[] names, Func<double, double, double> pick)
    {
        double? reference = null;
        foreach (var name in names)
        {
            if (!proxies.TryGetValue(name, out var rows))
            {
                return null;
            }

            var figure = Median(rows, row => row.Figure);
            reference = reference is { } known ? pick(known, figure) : figure;
        }

        return reference;
    }

    // Whatever else the machine does lasts longer than a round: what was measured side by side says more than two medians.
    private static string RatioByRound(List<Sample> rows, Dictionary<string, List<Sample>> proxies)
    {
        if (!proxies.TryGetValue("nginx", out var nginx) || !proxies.TryGetValue("haproxy", out var haproxy))
        {
            return "";
        }

        // The better one of all rounds, in each round: the better one of each would be a proxy that does not exist.
        var better = Median(nginx, row => row.Figure) <= Median(haproxy, row => row.Figure) ? nginx : haproxy;
        var ratios = Enumerable.Range(0, Math.Min(rows.Count, better.Count))
            .Select(round => rows[round].Figure / better[round].Figure).Order().ToArray();
        return ratios[ratios.Length / 2].ToString("F2", CultureInfo.InvariantCulture);
    }

    private static double Median(List<Sample> rows, Func<Sample, double> select)
    {
        var sorted = rows.Select(select).Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static string Range(List<Sample> rows, string format) =>
        $"{rows.Min(row => row.Figure).ToString(format, CultureInfo.InvariantCulture)}–{rows.Max(row => row.Figure).ToString(format, CultureInfo.InvariantCulture)}";

    private static string Ratio(double figure, double? reference) =>
        reference is { } other ? (figure / other).ToString("F2", CultureInfo.InvariantCulture) : "";

    private static int Rounds(Dictionary<string, List<Sample>> proxies) => proxies.Values.Max(rows => rows.Count);
}
