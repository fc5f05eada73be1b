using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using LbCore.Configuration;
using LbCore.Server.Commands;

namespace LbCore.Server.Demo;

/// <summary>Words what the demo has to say, for people.</summary>
internal static class DemoText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Format(DemoMessage message) => message switch
    {
        DemoStarted started => Format(started),
        DemoEvent happened => Format(happened) + "\n",
        DemoSecond second => Format(second) + "\n",
        DemoSummary summary => Format(summary),
        _ => "",
    };

    public static string Format(DemoStarted started)
    {
        var text = new StringBuilder()
            .Append(Culture, $"lbcore demo: {started.Backends.Count} small backends behind one load balancer, all in this process.\n")
            .Append(Culture, $"  http://{started.HttpAddress}   mode http: each request goes to the next backend\n")
            .Append(Culture, $"  tcp://{started.TcpAddress}    mode tcp: each connection goes to the next backend\n");
        foreach (var note in started.Notes)
        {
            text.Append(note).Append('\n');
        }

        text.Append(Culture, $"Backends: {string.Join(", ", started.Backends.Select(Describe))}.\n");
        text.Append(started.Rate > 0
            ? string.Create(Culture, $"Load: {started.Rate} requests a second, to both listeners (--rate N changes it, --no-load leaves it to you).\n")
            : "Load: none but yours.\n");
        text.Append("Try, in another terminal:\n")
            .Append(Culture, $"  curl -i http://{started.HttpAddress}/hello\n")
            .Append(Culture, $"  curl -d some=data http://{started.HttpAddress}/form\n")
            .Append(Culture, $"  curl http://{started.TcpAddress}/through-mode-tcp\n");
        text.Append(started.Duration is { } duration ? $"It ends after {Duration.Format(duration)}, or with Ctrl-C.\n\n" : "Ctrl-C ends it.\n\n");
        return text.ToString();
    }

    public static string Format(DemoEvent happened)
    {
        var expected = happened.Expected.Length == 0 ? "" : $" (expected: {happened.Expected})";
        return $"{At(happened.At)}  * {happened.Backend} {happened.What}{expected}";
    }

    public static string Format(DemoSecond second) => string.Create(
        Culture,
        $"{At(second.At)}  {second.Rate} req/s  {Totals(second)} | {string.Join(" | ", second.Rows.Select(Format))}");

    public static string Totals(DemoSecond second) =>
        string.Create(Culture, $"answered {second.Answered:N0}, announced faults {second.Announced:N0}, lost {second.Lost:N0}");

    public static string Format(DemoSummary summary)
    {
        var text = new StringBuilder().Append('\n');
        text.Append(Culture, $"Summary: {summary.Elapsed.TotalSeconds:0.0} s, {summary.Requests:N0} requests\n");
        if (summary.HadLoad)
        {
            text.Append(Line("backend", "answered", "share", "p50", "p99", "errors"));
            foreach (var backend in summary.Backends)
            {
                text.Append(Line(backend.Name, backend.Answered, summary.Answered, backend.P50, backend.P99, backend.Errors));
            }

            text.Append(Line("all", summary.Answered, summary.Answered, summary.P50, summary.P99, summary.Backends.Sum(static backend => backend.Errors)));
            text.Append(Culture, $"Announced faults: {summary.AnnouncedFaults + summary.InDeaths:N0} ")
                .Append(Culture, $"({summary.AnnouncedFaults:N0} times 503 of a flaky backend, {summary.InDeaths:N0} in flight at a backend that died)\n");
            text.Append(Culture, $"Lost: {summary.Lost:N0}\n");
        }

        AddLost(text, summary);
        text.Append("\nWhat next:\n")
            .Append("  lbcore init                  write a commented lbcore.json to begin with\n")
            .Append(Culture, $"  {RunCommand.Example,-27}  serve what it says\n")
            .Append(Culture, $"  {ProxyCommand.Example}\n");
        return text.ToString();
    }

    /// <summary>Returns a latency in milliseconds with as many digits as mean something.</summary>
    public static string Latency(TimeSpan? latency) => latency switch
    {
        null => "-",
        { TotalMilliseconds: < 10 } => string.Create(Culture, $"{latency.Value.TotalMilliseconds:0.0} ms"),
        _ => string.Create(Culture, $"{latency.Value.TotalMilliseconds:0} ms"),
    };

    public static string At(TimeSpan at) => string.Create(Culture, $"{at.TotalSeconds,6:0.0} s");

    private static string Format(BackendRow row)
    {
        var text = new StringBuilder().Append(Culture, $"{row.Name} {row.State} {row.Rate}/s");
        if (row.P50 is not null)
        {
            text.Append(Culture, $" p50 {Latency(row.P50)} p99 {Latency(row.P99)}");
        }

        return row.InFlight == 0 ? text.ToString() : text.Append(Culture, $" {row.InFlight} in flight").ToString();
    }

    private static string Describe(BackendSpec spec)
    {
        List<string> ways = [];
        if (spec.Delay > TimeSpan.Zero)
        {
            ways.Add($"answers after {Duration.Format(spec.Delay)}");
        }

        if (spec.FaultEvery > 0 && spec.AnnouncesFaults)
        {
            ways.Add(string.Create(Culture, $"answers 503 to every {spec.FaultEvery}th request, which is an announced fault"));
        }

        return ways.Count == 0 ? spec.Name : $"{spec.Name} ({string.Join("; ", ways)})";
    }

    private static string Line(string name, long answered, long all, TimeSpan? p50, TimeSpan? p99, long errors) => Line(
        name,
        string.Create(Culture, $"{answered:N0}"),
        string.Create(Culture, $"{100.0 * answered / Math.Max(1, all):0.0} %"),
        Latency(p50),
        Latency(p99),
        string.Create(Culture, $"{errors:N0}"));

    private static string Line(string name, string answered, string share, string p50, string p99, string errors) =>
        $"  {name,-8} {answered,10} {share,8} {p50,9} {p99,9} {errors,7}\n";

    private static void AddLost(StringBuilder text, DemoSummary summary)
    {
        if (summary.Lost == 0)
        {
            text.Append(summary.HadLoad ? "Outside the announced faults no request was lost.\n" : "There was no load whose requests could be lost.\n");
            return;
        }

        foreach (var lost in summary.LostList)
        {
            text.Append("  lost: ").Append(lost).Append('\n');
        }

        if (summary.Lost > summary.LostList.Count)
        {
            text.Append(Culture, $"  and {summary.Lost - summary.LostList.Count:N0} more\n");
        }
    }
}
