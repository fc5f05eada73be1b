using System;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>
/// A timer for deadlines that move with every request: one that moves away costs a comparison, as the timer is left where
/// it is and looks again when it fires.
/// </summary>
internal abstract class LazyTimer : LoopTimer
{
    private long _due;

    /// <summary>Makes sure that <see cref="OnDue"/> runs at the time or before.</summary>
    /// <param name="loop">The loop that the caller runs on.</param>
    /// <param name="at">The time on the loop's clock.</param>
    protected void WakeBy(EventLoop loop, long at)
    {
        if (!IsScheduled || at < _due)
        {
            _due = at;
            Schedule(loop, TimeSpan.FromMilliseconds(Math.Max(at - loop.Now, 0)));
        }
    }

    /// <inheritdoc/>
    protected sealed override void OnTimer() => OnDue();

    /// <summary>Looks what is due, and asks to be woken again for what is not yet.</summary>
    protected abstract void OnDue();
}
