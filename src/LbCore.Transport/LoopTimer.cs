using System;
using System.Diagnostics;

namespace LbCore.Transport;

/// <summary>
/// Is a timer of a loop, as a base class so that its owner needs no second object. Members are for the loop's thread.
/// </summary>
/// <remarks>
/// Timeouts that move with every byte are cheapest when re-armed lazily: keep the time of the last activity, and when
/// <see cref="OnTimer"/> runs schedule the rest.
/// </remarks>
public abstract class LoopTimer : ILoopWorkItem
{
    private const long NotScheduled = -1;
    private const long Fired = -2;

    private TimerWheel? _wheel;

    /// <summary>Gets whether the timer is set, or has fired and waits for its turn in the run queue.</summary>
    public bool IsScheduled => DueTick != NotScheduled;

    internal LoopTimer? Next { get; set; }

    internal LoopTimer? Previous { get; set; }

    internal long DueTick { get; private set; } = NotScheduled;

    void ILoopWorkItem.Execute()
    {
        // Cancelled or set anew since it fired.
        if (DueTick != Fired)
        {
            return;
        }

        DueTick = NotScheduled;
        OnTimer();
    }

    internal void MarkFired() => DueTick = Fired;

    /// <summary>Sets or moves the timer. Precise to the loop's 50 ms tick; never early.</summary>
    /// <param name="loop">The loop that the caller runs on.</param>
    /// <param name="delay">Zero or more.</param>
    protected void Schedule(EventLoop loop, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        loop.AssertInLoop();
        Cancel();
        _wheel = loop.Timers;
        var milliseconds = Math.Min(Math.Ceiling(delay.TotalMilliseconds), long.MaxValue / 4);
        DueTick = TimerWheel.TickAtOrAfter(loop.ReadClock() + (long)milliseconds);
        _wheel.Add(this);
    }

    /// <summary>Unsets the timer. After this, <see cref="OnTimer"/> does not run.</summary>
    protected void Cancel()
    {
        if (DueTick >= 0)
        {
            Debug.Assert(_wheel is not null, "A set timer is on a wheel.");
            _wheel.Remove(this);
        }

        DueTick = NotScheduled;
    }

    /// <summary>Runs from the loop's run queue when the time has come. The timer is unset by then and may be set again.</summary>
    protected abstract void OnTimer();
}
