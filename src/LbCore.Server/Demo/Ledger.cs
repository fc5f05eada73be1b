using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace LbCore.Server.Demo;

/// <summary>
/// Keeps account of every request of the load: answered, met by an announced fault, or lost. For one thread at a time: the
/// demo's loop.
/// </summary>
/// <remarks>
/// Announced are the flaky backend's own 503s, which carry a mark, and failures that a death explains: the request was on
/// its way at a moment between the one before the backend's listener begins to close and the one at which the last of its
/// connections has been reset, some milliseconds in all, it failed as such a request must
/// (<see cref="RequestFailure.MayComeOfADeath"/>) no later than <see cref="LongestAftermath"/> after that, and no other
/// backend had begun to answer it. A death explains no more failures than the backend held requests while it died, and
/// <see cref="MostWaiting"/> more of mode tcp. Everything else is lost. A drain explains nothing.
/// </remarks>
internal sealed class Ledger
{
    /// <summary>How many lost requests are kept for the summary; the rest is only counted.</summary>
    public const int MostListed = 20;

    /// <summary>
    /// How many connections of mode tcp may have waited to be accepted, or to be read, by a backend that dies: one for each
    /// client. They are reset without ever having been among its requests, and cannot be sent again.
    /// </summary>
    public const int MostWaiting = LoadGenerator.TcpClients;

    /// <summary>How long after the end of a death a failure may come of it: for the load balancer to see the reset, and to try again.</summary>
    public static readonly TimeSpan LongestAftermath = TimeSpan.FromSeconds(1);

    // Far more deaths than requests can outlast: a request ends within its timeout.
    private const int MostDeaths = 16;

    private readonly List<string> _lostList = [];
    private readonly Queue<Death> _deaths = new();

    /// <summary>Gets how many requests have ended.</summary>
    public long Requests => Answered + AnnouncedFaults + InDeaths + Lost;

    public long Answered { get; private set; }

    /// <summary>Gets how many were answered 503 by a flaky backend.</summary>
    public long AnnouncedFaults { get; private set; }

    /// <summary>Gets how many were in flight when a backend died, and failed.</summary>
    public long InDeaths { get; private set; }

    public long Announced => AnnouncedFaults + InDeaths;

    public long Lost { get; private set; }

    /// <summary>Gets the first ones that were lost.</summary>
    public IReadOnlyList<string> LostList => _lostList;

    public void AddAnswered() => Answered++;

    public void AddAnnouncedFault() => AnnouncedFaults++;

    /// <param name="backend">Who dies.</param>
    /// <param name="figures">Its figures, from which comes how many requests it holds until the death ends.</param>
    /// <param name="now">The timestamp.</param>
    public void DeathBegins(string backend, BackendFigures figures, long now)
    {
        if (_deaths.Count == MostDeaths)
        {
            _deaths.Dequeue();
        }

        _deaths.Enqueue(new Death(backend, figures, now));
    }

    /// <summary>Ends the death that has begun. Returns how many requests its backend held: those in flight as it began, and those taken since.</summary>
    public long DeathEnds(long now)
    {
        long held = 0;
        foreach (var death in _deaths)
        {
            held += death.End(now);
        }

        return held;
    }

    /// <summary>Takes the account of a request that failed. Returns whether it was lost.</summary>
    public bool AddFailure(in RequestFailure failure)
    {
        if (failure.MayComeOfADeath && MetADeath(failure))
        {
            InDeaths++;
            return false;
        }

        Lost++;
        if (_lostList.Count < MostListed)
        {
            _lostList.Add(failure.Detail);
        }

        return true;
    }

    private bool MetADeath(in RequestFailure failure)
    {
        foreach (var death in _deaths)
        {
            if (death.TryExplain(failure))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Death(string backend, BackendFigures figures, long begin)
    {
        private static readonly long Aftermath = (long)(LongestAftermath.TotalSeconds * Stopwatch.Frequency);

        private readonly long _inFlight = figures.InFlight;
        private readonly long _takenBefore = figures.Taken;
        private long _end = long.MaxValue;
        private long _heldAtEnd;
        private long _explained;
        private int _waiting;

        private bool HasEnded => _end != long.MaxValue;

        private long Held => HasEnded ? _heldAtEnd : _inFlight + figures.Taken - _takenBefore;

        /// <summary>Ends it, once. Returns how many requests it held; 0 when it had ended before.</summary>
        public long End(long now)
        {
            if (HasEnded)
            {
                return 0;
            }

            _heldAtEnd = Held;
            _end = now;
            return _heldAtEnd;
        }

        /// <summary>Returns whether the failure comes of it, and counts it then.</summary>
        public bool TryExplain(in RequestFailure failure)
        {
            var isInTime = failure.Sent <= _end && failure.Ended >= begin && (!HasEnded || failure.Ended <= _end + Aftermath);
            if (!isInTime || (failure.Backend.Length > 0 && failure.Backend != backend))
            {
                return false;
            }

            if (_explained < Held)
            {
                _explained++;
                return true;
            }

            // No byte of an answer: it may never have come to the backend itself.
            if (failure.Kind == FailureKind.ClosedUnanswered && _waiting < MostWaiting)
            {
                _waiting++;
                return true;
            }

            return false;
        }
    }
}
