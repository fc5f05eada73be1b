using System;
using System.Numerics;

namespace LbCore.Transport;

/// <summary>
/// Is a loop's wheel of timers: hashed, one revolution of 51.2 s, lists through the timers themselves. A timer beyond one
/// revolution stays in its slot and is looked at once a revolution.
/// </summary>
internal sealed class TimerWheel
{
    public const int TickMilliseconds = 50;
    private const int Slots = 1024;

    private readonly EventLoop _loop;
    private readonly LoopTimer?[] _slots = new LoopTimer?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / 64];
    private long _current;

    public TimerWheel(EventLoop loop, long now)
    {
        _loop = loop;
        _current = now / TickMilliseconds;
    }

    public int Count { get; private set; }

    public static long TickAtOrAfter(long milliseconds) => (milliseconds + TickMilliseconds - 1) / TickMilliseconds;

    public void Add(LoopTimer timer)
    {
        // A tick that has been served already would wait a whole revolution.
        var slot = (int)(Math.Max(timer.DueTick, _current + 1) & (Slots - 1));
        var first = _slots[slot];
        timer.Next = first;
        timer.Previous = null;
        if (first is not null)
        {
            first.Previous = timer;
        }

        _slots[slot] = timer;
        _occupied[slot >> 6] |= 1UL << slot;
        Count++;
    }

    public void Remove(LoopTimer timer)
    {
        if (timer.Next is not null)
        {
            timer.Next.Previous = timer.Previous;
        }

        if (timer.Previous is not null)
        {
            timer.Previous.Next = timer.Next;
        }
        else
        {
            RemoveFirst(timer);
        }

        timer.Next = null;
        timer.Previous = null;
        Count--;
    }

    /// <summary>Moves what is due to the run queue.</summary>
    public void Advance(long now)
    {
        var tick = now / TickMilliseconds;
        if (tick <= _current)
        {
            return;
        }

        if (Count > 0)
        {
            var steps = Math.Min(tick - _current, Slots);
            for (var i = 1; i <= steps; i++)
            {
                Expire((int)((_current + i) & (Slots - 1)), tick);
            }
        }

        _current = tick;
    }

    /// <summary>Returns how long the loop may sleep, in milliseconds, or -1 when no timer is set.</summary>
    public int MillisecondsToNext(long now)
    {
        if (Count == 0)
        {
            return -1;
        }

        var distance = DistanceToNextSlot();
        return (int)Math.Clamp(((_current + distance) * TickMilliseconds) - now, 0, int.MaxValue);
    }

    private int DistanceToNextSlot()
    {
        var start = (int)((_current + 1) & (Slots - 1));
        var word = start >> 6;
        var bits = _occupied[word] & (ulong.MaxValue << (start & 63));
        for (var i = 0; i <= _occupied.Length; i++)
        {
            if (bits != 0)
            {
                var slot = (word << 6) + BitOperations.TrailingZeroCount(bits);
                return ((slot - start) & (Slots - 1)) + 1;
            }

            word = (word + 1) & (_occupied.Length - 1);
            bits = _occupied[word];
        }

        return Slots;
    }

    private void Expire(int slot, long tick)
    {
        var timer = _slots[slot];
        while (timer is not null)
        {
            var next = timer.Next;
            if (timer.DueTick <= tick)
            {
                Remove(timer);
                timer.MarkFired();
                _loop.Enqueue(timer);
            }

            timer = next;
        }
    }

    private void RemoveFirst(LoopTimer timer)
    {
        // The slot is not simply DueTick's: Add moves a tick that has been served to the next one.
        var slot = (int)(timer.DueTick & (Slots - 1));
        if (!ReferenceEquals(_slots[slot], timer))
        {
            slot = Array.IndexOf(_slots, timer);
        }

        _slots[slot] = timer.Next;
        if (timer.Next is null)
        {
            _occupied[slot >> 6] &= ~(1UL << slot);
        }
    }
}
