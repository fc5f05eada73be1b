using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Server.Demo;

/// <summary>Plays the script: does to the backends what it says when it says so, and tells.</summary>
internal sealed class DemoStage
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);

    // How long it waits for a drained backend to end what runs before it only says how much that is.
    private static readonly TimeSpan MostDraining = TimeSpan.FromMilliseconds(500);

    private readonly EventLoop _loop;
    private readonly IReadOnlyList<DemoBackend> _backends;
    private readonly DemoBalancer _balancer;
    private readonly Ledger _ledger;
    private readonly Stopwatch _clock;
    private readonly Action<DemoEvent> _tell;
    private long _heldAtDeath;
    private long _inDeathsBefore;
    private long _lostBefore;
    private long _takenBefore;

    public DemoStage(
        EventLoop loop, IReadOnlyList<DemoBackend> backends, DemoBalancer balancer, Ledger ledger, Stopwatch clock, Action<DemoEvent> tell)
    {
        _loop = loop;
        _backends = backends;
        _balancer = balancer;
        _ledger = ledger;
        _clock = clock;
        _tell = tell;
    }

    /// <summary>Plays the script to its end, or until it is told to stop.</summary>
    public async Task PlayAsync(DemoScript script, CancellationToken stop)
    {
        foreach (var step in script.Steps())
        {
            while (step.At - _clock.Elapsed is { Ticks: > 0 } left && !stop.IsCancellationRequested)
            {
                // Rounded up: a delay may end a little early.
                await Task.Delay(left + TimeSpan.FromMilliseconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }

            await PlayAsync(step, stop).ConfigureAwait(false);
        }
    }

    private Task PlayAsync(in DemoStep step, CancellationToken stop)
    {
        var name = step.Backend;
        var backend = _backends.First(backend => backend.Spec.Name == name);
        return step.Action switch
        {
            DemoAction.Dies => KillAsync(backend),
            DemoAction.ComesBack => ReviveAsync(backend),
            DemoAction.IsDrained => DrainAsync(backend, stop),
            _ => UndrainAsync(backend),
        };
    }

    private async Task KillAsync(DemoBackend backend)
    {
        await _loop.SwitchTo();
        Tell(
            "dies",
            backend,
            $"dies with {backend.Figures.InFlight} in flight: its listener closes, its connections are reset",
            "these are sent again where that is safe, or fail; the others answer all else");
        _inDeathsBefore = _ledger.InDeaths;
        _lostBefore = _ledger.Lost;
        backend.Condition = BackendCondition.Down;
        _ledger.DeathBegins(backend.Spec.Name, backend.Figures, Stopwatch.GetTimestamp());
        await backend.KillAsync().ConfigureAwait(false);
        _heldAtDeath = _ledger.DeathEnds(Stopwatch.GetTimestamp());
        await Task.Yield();
    }

    private async Task ReviveAsync(DemoBackend backend)
    {
        await _loop.SwitchTo();
        var failed = _ledger.InDeaths - _inDeathsBefore;
        var lost = _ledger.Lost - _lostBefore;
        var isSameAddress = await backend.ReviveAsync().ConfigureAwait(false);
        await _loop.SwitchTo();
        backend.Condition = BackendCondition.Serving;
        Tell("comes-back", backend, $"comes back; of {_heldAtDeath} in flight at its death {failed} failed, lost: {lost}", "it gets its share again");
        await Task.Yield();
        if (!isSameAddress)
        {
            await _balancer.ReloadAsync().ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(DemoBackend backend, CancellationToken stop)
    {
        await _loop.SwitchTo();
        _lostBefore = _ledger.Lost;
        backend.Condition = BackendCondition.Draining;
        Tell(
            "drain-begins",
            backend,
            $"is drained: its weight becomes 0, {backend.Figures.InFlight} in flight at it",
            "these end well, new ones go elsewhere, nothing is lost");
        await Task.Yield();
        var begun = Stopwatch.GetTimestamp();
        await _balancer.ReloadAsync().ConfigureAwait(false);
        await _loop.SwitchTo();
        _takenBefore = backend.Figures.Taken;
        while (backend.Figures.InFlight > 0 && Stopwatch.GetElapsedTime(begun) < MostDraining && !stop.IsCancellationRequested)
        {
            await Task.Delay(LookAgain, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _loop.SwitchTo();
        }

        var took = (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        Tell("drained", backend, $"has {backend.Figures.InFlight} in flight after {took} ms of draining", "");
        await Task.Yield();
    }

    private async Task UndrainAsync(DemoBackend backend)
    {
        await _loop.SwitchTo();
        var taken = backend.Figures.Taken - _takenBefore;
        var lost = _ledger.Lost - _lostBefore;
        backend.Condition = BackendCondition.Serving;
        Tell("drain-ends", backend, $"gets its weight back; it took {taken} new requests while drained, lost: {lost}", "it gets its share again");
        await Task.Yield();
        await _balancer.ReloadAsync().ConfigureAwait(false);
    }

    private void Tell(string name, DemoBackend backend, string what, string expected) =>
        _tell(new DemoEvent(_clock.Elapsed, name, backend.Spec.Name, what, expected));
}
