using System;
using System.Collections.Generic;

namespace LbCore.Topology;

/// <summary>
/// Gives the backends of one cluster their counters in flight, side by side. It lives as long as the cluster, across
/// snapshots; only the control plane uses it, one thread at a time.
/// </summary>
internal sealed class InFlightTable
{
    /// <summary>Up to so many counters a scan of all is quicker than keeping account of what changed.</summary>
    public const int MaxScanned = 256;

    private readonly List<Place> _places = [];
    private readonly Stack<int> _free = new();
    private BackendSet? _current;
    private int _round;
    private int _expected;

    /// <summary>Gets how many counters there are, in use or not.</summary>
    public int Capacity => _places.Count;

    /// <summary>Begins a new set: looks which counters have become free.</summary>
    /// <param name="current">The set in force, which is to be replaced; null for the first.</param>
    /// <param name="count">How many backends the new set has.</param>
    /// <remarks>
    /// A loop may still choose from the set before the current one. So a counter is free when nothing is in flight and its
    /// backend was in neither. A loop that holds on to an even older set counts on somebody else's counter for as long as
    /// its reservation lasts, and then takes it back: these counters guide choices, limits have their own.
    /// </remarks>
    public void Begin(BackendSet? current, int count)
    {
        _expected = count;
        if (current is null || ReferenceEquals(current, _current))
        {
            return;
        }

        _current = current;
        _round++;
        var alive = new HashSet<BackendState>(current.Count);
        foreach (var backend in current.AsSpan())
        {
            alive.Add(backend.State);
        }

        // From the end, so that the lowest is on top and the counters in use stay close together.
        _free.Clear();
        for (var i = _places.Count - 1; i >= 0; i--)
        {
            var place = _places[i];
            if (place.Owner is { } owner && alive.Contains(owner))
            {
                _places[i] = place with { LastSeen = _round };
            }
            else if (place.Owner is null || (place.LastSeen < _round - 1 && place.Owner.InFlight == 0))
            {
                _places[i] = place with { Owner = null };
                _free.Push(i);
            }
        }
    }

    /// <summary>Creates the figures of a backend that is new.</summary>
    public BackendState CreateState()
    {
        if (!_free.TryPop(out var free))
        {
            Grow();
            free = _free.Pop();
        }

        var place = _places[free];
        var state = new BackendState(place.Chunk, place.Slot);
        _places[free] = place with { Owner = state, LastSeen = _round };
        return state;
    }

    // At least doubled, so that a cluster that grows by one backend at a time ends with few chunks; a first one that fits.
    private void Grow()
    {
        var step = Capacity == 0 ? InFlightChunk.Granularity : InFlightChunk.BlockSize;
        var length = RoundUp(Math.Max(Math.Max(_expected - Capacity, Capacity), 1), step);
        var chunk = new InFlightChunk(length, countsChanges: Capacity + length > MaxScanned);
        for (var slot = 0; slot < length; slot++)
        {
            _places.Add(new Place(chunk, slot, Owner: null, LastSeen: 0));
        }

        for (var i = _places.Count - 1; i >= _places.Count - length; i--)
        {
            _free.Push(i);
        }
    }

    private static int RoundUp(int number, int step) => (number + step - 1) / step * step;

    private readonly record struct Place(InFlightChunk Chunk, int Slot, BackendState? Owner, int LastSeen);
}
