using System;
using System.Threading.Tasks;

namespace LbCore.Transport.Tests;

/// <summary>A timer that remembers when it fired.</summary>
internal sealed class TestTimer(Action<TestTimer>? onTimer = null) : LoopTimer
{
    private readonly TaskCompletionSource _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventLoop? _loop;

    public Task Fired => _fired.Task;

    public int Count { get; private set; }

    public long FiredAt { get; private set; }

    public bool WasInLoop { get; private set; }

    public bool WasScheduledInside { get; private set; }

    public void Set(EventLoop loop, TimeSpan delay)
    {
        _loop = loop;
        Schedule(loop, delay);
    }

    public void Unset() => Cancel();

    protected override void OnTimer()
    {
        Count++;
        FiredAt = _loop!.Now;
        WasInLoop = _loop.InLoop;
        WasScheduledInside = IsScheduled;
        onTimer?.Invoke(this);
        _fired.TrySetResult();
    }
}
