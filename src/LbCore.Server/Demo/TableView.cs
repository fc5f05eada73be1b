using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LbCore.Server.Demo;

/// <summary>Draws the last second as a table, with the last events below it.</summary>
internal sealed class TableView
{
    /// <summary>How many events are shown.</summary>
    public const int MostEvents = 6;

    // What the other columns and the borders take.
    private const int OtherColumns = 73;
    private const int ShortestSparkline = 8;

    private readonly bool _isUnicode;
    private readonly Queue<DemoEvent> _events = new();
    private DemoSecond? _last;

    public TableView(bool isUnicode) => _isUnicode = isUnicode;

    public void Take(DemoMessage message)
    {
        if (message is DemoSecond second)
        {
            _last = second;
        }
        else if (message is DemoEvent happened)
        {
            if (_events.Count == MostEvents)
            {
                _events.Dequeue();
            }

            _events.Enqueue(happened);
        }
    }

    /// <summary>Draws it for a terminal of so many columns.</summary>
    public IRenderable Draw(int width)
    {
        List<IRenderable> parts = [DrawTable(Math.Clamp(width - OtherColumns, ShortestSparkline, BackendFigures.HistorySeconds))];
        if (_last is { } last)
        {
            parts.Add(new Text($"{DemoText.At(last.At)}  {last.Rate.ToString(CultureInfo.InvariantCulture)} req/s  {DemoText.Totals(last)}"));
        }

        parts.AddRange(_events.Select(DrawEvent));
        return new Rows(parts);
    }

    private Table DrawTable(int seconds)
    {
        var table = new Table { Border = _isUnicode ? TableBorder.Rounded : TableBorder.Ascii };
        table.AddColumns(
            Column("backend"), Column("state"), Number("req/s"), Number("in flight"), Number("p50"), Number("p99"), Number("errors"), Column(string.Create(CultureInfo.InvariantCulture, $"last {seconds} s")));
        table.Columns[^1].Width = Math.Max(seconds, "last 30 s".Length);
        var rows = _last?.Rows ?? [];
        var top = rows.SelectMany(static row => row.History).DefaultIfEmpty().Max();
        foreach (var row in rows)
        {
            table.AddRow(
                Escaped(row.Name),
                new Markup($"[{ColorOf(row.State)}]{Markup.Escape(row.State)}[/]"),
                Escaped(row.Rate),
                Escaped(row.InFlight),
                Escaped(DemoText.Latency(row.P50)),
                Escaped(DemoText.Latency(row.P99)),
                Escaped(row.Errors),
                Escaped(Sparkline.Draw([.. row.History.TakeLast(seconds)], top, _isUnicode)));
        }

        return table;
    }

    private static IRenderable DrawEvent(DemoEvent happened) => new Markup(
        $"[grey]{DemoText.At(happened.At)}[/]  [bold]{Markup.Escape(happened.Backend)}[/] {Markup.Escape(happened.What)}"
        + (happened.Expected.Length == 0 ? "" : $"[grey]; expected: {Markup.Escape(happened.Expected)}[/]"));

    private static TableColumn Column(string header) => new(new Text(header)) { NoWrap = true };

    private static TableColumn Number(string header) => new(new Text(header)) { NoWrap = true, Alignment = Justify.Right };

    private static Text Escaped(string text) => new(text);

    private static Text Escaped(IFormattable number) => new(number.ToString("N0", CultureInfo.InvariantCulture));

    private static string ColorOf(string state) => state switch
    {
        "up" => "green",
        "down" => "red",
        "draining" => "blue",
        _ => "yellow",
    };
}
