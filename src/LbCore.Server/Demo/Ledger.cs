using System.Collections.Generic;

namespace LbCore.Server.Demo;

/// <summary>
/// Keeps account of every request of the load: answered, met by an announced fault, or lost. For one thread at a time: the
/// demo's loop.
/// </summary>
/// <remarks>
/// Announced are the flaky backend's own 503s, which carry a mark, and failures that a death explains: the request was on
/// its way at a moment between the one before the backend's listener begins to close and the one at which the last of its
/// connections has been reset, some milliseconds in all, it failed as such a request must
/// (<see cref="RequestFailure.MayComeOfADeath"/>), and no other backend had begun to answer it. Everything else is lost. A
/// drain explains nothing.
/// </remarks>
internal sealed class Ledger
{
    /// <summary>How many lost requests are kept for the summary; the rest is only counted.</summary>
    public const int MostListed = 20;

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

    public void DeathBegins(string backend, long now)
    {
        if (_deaths.Count == MostDeaths)
        {
            _deaths.Dequeue();
        }

        _deaths.Enqueue(new Death(backend, now));
    }

    public void DeathEnds(long now)
    {
        foreach (var death in _deaths)
        {
            if (death.End == long.MaxValue)
            {
                death.End = now;
            }
        }
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
            if (failure.Sent <= death.End && failure.Ended >= death.Begin && (failure.Backend.Length == 0 || failure.Backend == death.Backend))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Death(string backend, long begin)
    {
        public string Backend => backend;

        public long Begin => begin;

        public long End { get; set; } = long.MaxValue;
    }
}
