using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace LbCore.Transport.Diagnostics;

/// <summary>
/// Looks at the loops from outside, a few times per threshold, and names what holds one for too long. A loop pays one
/// counter a dispatch for it.
/// </summary>
internal sealed class LoopWatchdog
{
    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly ILogger _logger;
    private readonly long _threshold;
    private readonly Observation[] _observations;
    private readonly int _period;
    private readonly ManualResetEvent _stop = new(initialState: false);
    private long _stalls;

    public LoopWatchdog(IReadOnlyList<EventLoop> loops, TimeSpan threshold, ILogger logger)
    {
        _loops = loops;
        _logger = logger;
        _threshold = (long)threshold.TotalMilliseconds;
        _observations = new Observation[loops.Count];
        _period = (int)Math.Clamp(threshold.TotalMilliseconds / 2, 10, 10_000);

        // A thread of its own: a timer wakes the thread pool, whose workers spin before they sleep again, and that alone
        // takes more than a percent of a core in an idle process.
        new Thread(Run, 128 * 1024) { IsBackground = true, Name = "lbcore-watchdog" }.UnsafeStart();
    }

    public long Stalls => Interlocked.Read(ref _stalls);

    public void Stop() => _stop.Set();

    private void Run()
    {
        while (!_stop.WaitOne(_period))
        {
            Look();
        }

        _stop.Dispose();
    }

    private void Look()
    {
        // Real time even under a fake clock: a stall is a matter of the thread, not of the timers.
        var now = Environment.TickCount64;
        for (var i = 0; i < _observations.Length; i++)
        {
            var loop = _loops[i];
            var subject = loop.Subject;
            var dispatches = loop.Dispatches;
            ref var last = ref _observations[i];
            if (subject is null || dispatches != last.Dispatches)
            {
                last = new Observation { Dispatches = dispatches, Since = now };
                continue;
            }

            if (!last.Reported && now - last.Since >= _threshold)
            {
                last.Reported = true;
                Interlocked.Increment(ref _stalls);
                TransportLog.LoopStalled(_logger, loop.Index, now - last.Since, Describe(subject));
            }
        }
    }

    private static string Describe(object subject)
    {
        try
        {
            return subject switch
            {
                Delegate callback => $"{callback.Method.DeclaringType?.FullName}.{callback.Method.Name}",
                _ => $"{subject.GetType().Name} {subject}",
            };
        }
        catch (Exception)
        {
            // A subject's own ToString runs here, off its loop; it must not end the process.
            return subject.GetType().Name;
        }
    }

    private struct Observation
    {
        public long Dispatches;
        public long Since;
        public bool Reported;
    }
}
