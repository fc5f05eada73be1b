using System;
using System.Threading;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// How many requests each backend may have at once: a factor times its share, by weight, of all that are in flight (V.
/// Mirrokni, M. Thorup and M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016).
/// </summary>
/// <remarks>A look and the reservation after it are two steps, so as many loops as choose at once may each go one beyond.</remarks>
internal sealed class LoadBounds
{
    // To add up this many figures costs less than what it would take to keep their sum.
    private const int ExactUpTo = 16;

    // Up to here every choice adds all up, from the packed figures; above it one in so many does, for which they cost about the
    // same on average. The sum is then old by so few choices, whether load rises or falls.
    private const int SummedPerChoice = 128;

    private readonly BackendState[] _states;
    private readonly double[] _shares;
    private readonly InFlightView _view;
    private readonly int _choicesPerSum;
    private long _total;

    public LoadBounds(BackendSet set, RankedBackends backends, double factor)
    {
        _states = new BackendState[backends.Count];
        _shares = new double[backends.Count];
        for (var rank = 0; rank < _states.Length; rank++)
        {
            _states[rank] = set[backends.Indexes[rank]].State;
            _shares[rank] = factor * backends.Weights[rank] / backends.TotalWeight;
        }

        _choicesPerSum = Math.Max(_states.Length / SummedPerChoice, 1);
        _view = InFlightView.Of(set);
        _total = Sum();
    }

    /// <summary>Returns how many requests are in flight, for one choice: exactly for few backends, otherwise about.</summary>
    public long Total(RandomSource random)
    {
        if (_choicesPerSum == 1)
        {
            return Sum();
        }

        // By chance rather than by a count, for a count would be one more line that all loops write.
        return random.Next(_choicesPerSum) == 0 ? Renew() : Volatile.Read(ref _total);
    }

    /// <summary>Returns how many requests are in flight now, and keeps it for the choices that follow.</summary>
    public long Renew()
    {
        var sum = Sum();
        Volatile.Write(ref _total, sum);
        return sum;
    }

    private long Sum()
    {
        if (_states.Length > ExactUpTo)
        {
            // What backends that drain still have is in it, too: a little more room for the others.
            return _view.Total();
        }

        var sum = 0L;
        foreach (var state in _states)
        {
            sum += state.InFlight;
        }

        return sum;
    }

    /// <summary>Returns whether one more stays within a backend's bound: the ceiling of its share of all with this one.</summary>
    public bool HasRoom(int rank, long total) => _states[rank].InFlight < _shares[rank] * (total + 1);

    /// <summary>Returns a backend's bound.</summary>
    public long BoundOf(int rank, long total) => (long)Math.Ceiling(_shares[rank] * (total + 1));

    public int InFlightOf(int rank) => _states[rank].InFlight;
}
