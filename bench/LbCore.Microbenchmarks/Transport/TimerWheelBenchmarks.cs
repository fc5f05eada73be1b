using System;
using BenchmarkDotNet.Attributes;
using LbCore.Transport;

namespace LbCore.Microbenchmarks.Transport;

/// <summary>Measures setting, moving and unsetting a timer on a wheel that holds many others.</summary>
public class TimerWheelBenchmarks
{
    // Within one revolution of the wheel and beyond it.
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Far = TimeSpan.FromMinutes(10);

    private readonly Timer _timer = new();
    private readonly Action _fill;
    private readonly Action _move;
    private readonly Action _setAndUnset;
    private LoopRunner _runner = null!;

    public TimerWheelBenchmarks()
    {
        _fill = FillOnLoop;
        _move = MoveOnLoop;
        _setAndUnset = SetAndUnsetOnLoop;
    }

    /// <summary>Gets or sets how many other timers are set.</summary>
    [Params(0, 10_000)]
    public int Others { get; set; }

    [GlobalSetup]
    public void StartLoop()
    {
        _runner = new LoopRunner();
        _runner.Run(_fill);
    }

    [GlobalCleanup]
    public void StopLoop() => _runner.Dispose();

    [Benchmark(OperationsPerInvoke = LoopRunner.Batch)]
    public void Move() => _runner.Run(_move);

    [Benchmark(OperationsPerInvoke = LoopRunner.Batch)]
    public void SetAndUnset() => _runner.Run(_setAndUnset);

    // Spread over the wheel, and far enough away not to fire in a run.
    private void FillOnLoop()
    {
        for (var i = 0; i < Others; i++)
        {
            new Timer().Set(_runner.Loop, TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(i * 50));
        }
    }

    private void MoveOnLoop()
    {
        for (var i = 0; i < LoopRunner.Batch; i++)
        {
            _timer.Set(_runner.Loop, (i & 1) == 0 ? Near : Far);
        }

        _timer.Unset();
    }

    private void SetAndUnsetOnLoop()
    {
        for (var i = 0; i < LoopRunner.Batch; i++)
        {
            _timer.Set(_runner.Loop, Near);
            _timer.Unset();
        }
    }

    private sealed class Timer : LoopTimer
    {
        public void Set(EventLoop loop, TimeSpan delay) => Schedule(loop, delay);

        public void Unset() => Cancel();

        protected override void OnTimer()
        {
        }
    }
}
