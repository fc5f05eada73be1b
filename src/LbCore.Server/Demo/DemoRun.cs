using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Demo;

/// <summary>Is one run of the demo: backends, load balancer, load and script, in one process, until its time is over or it is stopped.</summary>
internal sealed class DemoRun
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly DemoSettings _settings;
    private readonly ILoggerFactory _loggers;
    private readonly Action<DemoMessage> _tell;
    private readonly Stopwatch _clock = new();
    private readonly Ledger _ledger = new();
    private TimeSpan _lastTurn;
    private long _requestsBefore;

    /// <param name="settings">What it is like.</param>
    /// <param name="loggers">Where the load balancer logs.</param>
    /// <param name="tell">Takes what there is to say. Called from any thread, one call at a time or several; must not block.</param>
    public DemoRun(DemoSettings settings, ILoggerFactory loggers, Action<DemoMessage> tell)
    {
        _settings = settings;
        _loggers = loggers;
        _tell = tell;
    }

    /// <summary>Runs it. Returns 0 when no request was lost, and 1 when one was or a loop died.</summary>
    /// <exception cref="ListenException">No port could be bound.</exception>
    /// <remarks>What fails in it, be it a client of the load, ends it at once with that exception.</remarks>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 }, _loggers.CreateLogger("LbCore.Demo"));
        List<DemoBackend> backends = [.. _settings.Backends.Select(spec => DemoBackend.Start(engine, spec))];
        List<string> notes = [];
        await using var balancer = await DemoBalancer.StartAsync(_settings, engine, backends, _loggers, notes, stop).ConfigureAwait(false);
        _tell(new DemoStarted(
            TransportAddress.Format(balancer.HttpAddress),
            TransportAddress.Format(balancer.TcpAddress),
            _settings.Backends,
            _settings.Rate,
            _settings.Duration,
            notes));

        var report = new LoadReport(_ledger, backends);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _clock.Start();
        var load = StartLoad(engine.Loops[0], balancer, report);
        var playing = PlayAsync(engine.Loops[0], backends, balancer, end.Token);
        var turning = TurnAsync(engine.Loops[0], backends, end.Token);
        var working = FirstFailure.OrAllAsync(playing, turning, load?.Completion ?? Task.CompletedTask);
        var died = Task.WhenAny(engine.Completion, balancer.Completion);
        await Task.WhenAny(playing, working, died).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        var ended = FirstFailure.OrAllAsync(working, load?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        await Task.WhenAny(ended, died).ConfigureAwait(false);
        if (died.IsCompleted)
        {
            // The log says why. What waits on that loop may wait for ever.
            return ExitCode.LoopDied;
        }

        await ended.ConfigureAwait(false);
        await balancer.DisposeAsync().ConfigureAwait(false);
        var summarizing = SummarizeAsync(engine.Loops[0], report, backends);
        await Task.WhenAny(summarizing, engine.Completion).ConfigureAwait(false);
        if (!summarizing.IsCompleted)
        {
            return ExitCode.LoopDied;
        }

        var summary = await summarizing.ConfigureAwait(false);
        _tell(summary);
        return summary.Lost > 0 ? ExitCode.RequestsLost : ExitCode.Fine;
    }

    private LoadGenerator? StartLoad(EventLoop loop, DemoBalancer balancer, LoadReport report) => _settings.Rate == 0
        ? null
        : LoadGenerator.Start(
            _settings.Rate,
            loop,
            new LoadTarget(balancer.HttpAddress, IsTcp: false),
            new LoadTarget(balancer.TcpAddress, IsTcp: true),
            report);

    /// <summary>Plays the script, and ends when the time is over.</summary>
    private async Task PlayAsync(EventLoop loop, IReadOnlyList<DemoBackend> backends, DemoBalancer balancer, CancellationToken stop)
    {
        var stage = new DemoStage(loop, backends, balancer, _ledger, _clock, _tell);
        await stage.PlayAsync(new DemoScript(_settings.Duration, _settings.Casts), stop).ConfigureAwait(false);
        if (_settings.Duration is { } duration && duration - _clock.Elapsed is { Ticks: > 0 } left)
        {
            await Task.Delay(left, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells every second how things are.</summary>
    private async Task TurnAsync(EventLoop loop, IReadOnlyList<DemoBackend> backends, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Second);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                await loop.SwitchTo();
                var second = Turn(backends);
                await Task.Yield();
                _tell(second);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private DemoSecond Turn(IReadOnlyList<DemoBackend> backends)
    {
        var now = _clock.Elapsed;
        var elapsed = now - _lastTurn;
        var rate = (int)Math.Round((_ledger.Requests - _requestsBefore) / Math.Max(elapsed.TotalSeconds, 0.001));
        (_lastTurn, _requestsBefore) = (now, _ledger.Requests);
        return new DemoSecond(
            now,
            rate,
            _ledger.Answered,
            _ledger.Announced,
            _ledger.Lost,
            [.. backends.Select(backend => backend.Figures.Turn(backend.Spec, backend.Condition, elapsed))]);
    }

    private async Task<DemoSummary> SummarizeAsync(EventLoop loop, LoadReport report, IReadOnlyList<DemoBackend> backends)
    {
        await loop.SwitchTo();
        var summary = Summarize(report, backends);
        await Task.Yield();
        return summary;
    }

    private DemoSummary Summarize(LoadReport report, IReadOnlyList<DemoBackend> backends) => new(
        _clock.Elapsed,
        _ledger.Requests,
        _ledger.Answered,
        _ledger.AnnouncedFaults,
        _ledger.InDeaths,
        _ledger.Lost,
        _ledger.LostList,
        report.Latencies.Percentile(0.5),
        report.Latencies.Percentile(0.99),
        HadLoad: _settings.Rate > 0,
        [.. backends.Select(static backend => backend.Figures.Total(backend.Spec))]);
}
