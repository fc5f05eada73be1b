using System;

namespace LbCore.Server.Demo;

/// <summary>Counts what one backend does. For one thread at a time: the demo's loop.</summary>
internal sealed class BackendFigures
{
    /// <summary>How many seconds the history goes back.</summary>
    public const int HistorySeconds = 30;

    private readonly LatencyHistogram _window = new();
    private readonly LatencyHistogram _total = new();
    private readonly int[] _history = new int[HistorySeconds];
    private int _historyCount;
    private long _takenBefore;

    /// <summary>Gets how many requests have reached the backend.</summary>
    public long Taken { get; private set; }

    public int InFlight { get; private set; }

    /// <summary>Gets how many it answered with a fault, or could not answer because it died.</summary>
    public long Errors { get; private set; }

    /// <summary>Gets how many requests of the load it has answered.</summary>
    public long Answered => _total.Count;

    /// <summary>Takes a request and returns its number.</summary>
    public long Begin()
    {
        InFlight++;
        return ++Taken;
    }

    public void End(bool isError)
    {
        InFlight--;
        if (isError)
        {
            Errors++;
        }
    }

    /// <summary>Adds how long a request of the load took, as its client saw it.</summary>
    public void AddLatency(TimeSpan latency)
    {
        _window.Add(latency);
        _total.Add(latency);
    }

    /// <summary>Ends a window of about a second, and returns what was in it.</summary>
    public BackendRow Turn(BackendSpec spec, BackendCondition condition, TimeSpan elapsed)
    {
        var rate = (int)Math.Round((Taken - _takenBefore) / Math.Max(elapsed.TotalSeconds, 0.001));
        _takenBefore = Taken;
        if (_historyCount == HistorySeconds)
        {
            Array.Copy(_history, 1, _history, 0, HistorySeconds - 1);
            _historyCount--;
        }

        _history[_historyCount++] = rate;
        var row = new BackendRow(
            spec.Name,
            StateOf(spec, condition),
            rate,
            InFlight,
            _window.Percentile(0.5),
            _window.Percentile(0.99),
            Errors,
            _history[.._historyCount]);
        _window.Clear();
        return row;
    }

    public BackendTotal Total(BackendSpec spec) =>
        new(spec.Name, Answered, _total.Percentile(0.5), _total.Percentile(0.99), Errors);

    private static string StateOf(BackendSpec spec, BackendCondition condition) => condition switch
    {
        BackendCondition.Down => "down",
        BackendCondition.Draining => "draining",
        _ when spec.Delay > TimeSpan.Zero => "slow",
        _ when spec.FaultEvery > 0 => "flaky",
        _ => "up",
    };
}
