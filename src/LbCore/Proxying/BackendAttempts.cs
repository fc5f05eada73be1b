using System;
using System.Diagnostics;
using LbCore.Balancing;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>
/// The attempts of one connection or request: whom to ask next, the place held there, and what became of those before.
/// A field to be used in place.
/// </summary>
internal struct BackendAttempts
{
    private BackendSelector? _selector;
    private ExclusionSet _excluded;
    private AttemptOutcome[]? _earlier;
    private AttemptOutcome _current;
    private long _beganAt;
    private int _tried;
    private bool _holdsPlace;
    private bool _isMeasured;
    private bool _hasFirstByte;

    /// <summary>Gets whether a backend was passed over because it was full.</summary>
    public bool BackendFull { get; private set; }

    /// <summary>Gets the backend of the last attempt. Only after one.</summary>
    public readonly Backend Backend => _current.Backend;

    public readonly bool HasAny => _current.Backend is not null;

    /// <summary>Gets or sets the last attempt.</summary>
    public AttemptOutcome Current
    {
        readonly get => _current;
        set => _current = value;
    }

    /// <summary>
    /// Returns whether another backend may do better after a dial that failed. Not when this side is out of descriptors or
    /// memory, or the loop is ending; but ports are counted for each destination.
    /// </summary>
    public static bool MayAnotherHelp(DialStatus status) => status is not (DialStatus.OutOfResources or DialStatus.Canceled);

    /// <summary>Reserves a backend that has not been tried, and begins an attempt on it. False when there is none left.</summary>
    /// <param name="cluster">The cluster as it is now.</param>
    /// <param name="input">What its selector chooses by.</param>
    public bool TryBegin(Cluster cluster, in SelectionInput input)
    {
        if (_tried >= cluster.MaxAttempts)
        {
            return false;
        }

        // The selector may have been replaced since the last attempt, and its indexes with it.
        if (!ReferenceEquals(_selector, cluster.Selector))
        {
            _selector = cluster.Selector;
            _excluded = ExcludeTried(_selector.Set);
        }

        var context = new SelectionContext(in _excluded, LoopRandom.Current, in input);
        var index = BackendReservation.TryReserve(_selector, in context, ref _excluded, out var full);
        BackendFull |= full;
        if (index < 0)
        {
            return false;
        }

        _excluded.Add(index);
        _tried++;
        _holdsPlace = true;
        _isMeasured = cluster.MeasuresFirstByte;
        Add(_selector.Set[index]);
        return true;
    }

    /// <summary>Begins another attempt on the same backend, whose place is still held.</summary>
    public void BeginAgain() => Add(_current.Backend);

    /// <summary>Notes that the first byte of a response has come, or that a connection stands in mode tcp.</summary>
    /// <param name="isError">Whether the response says that the backend failed: then it must not look quick.</param>
    public void NoteFirstByte(bool isError)
    {
        if (!_isMeasured)
        {
            return;
        }

        var elapsed = Stopwatch.GetTimestamp() - _beganAt;
        _hasFirstByte = true;
        if (isError)
        {
            _current.Backend.State.NoteError(elapsed, Environment.TickCount64);
        }
        else
        {
            _current.Backend.State.NoteFirstByte(elapsed, Environment.TickCount64);
        }
    }

    /// <summary>Gives the place back, if one is held.</summary>
    public void Release(bool failed)
    {
        if (!_holdsPlace)
        {
            return;
        }

        _holdsPlace = false;
        _current.Backend.State.Release(failed);
        if (failed && _isMeasured)
        {
            // How long a response went well says nothing of how long the next one will be waited for.
            _current.Backend.State.NoteFailure(_hasFirstByte ? 0 : Stopwatch.GetTimestamp() - _beganAt, Environment.TickCount64);
        }
    }

    /// <summary>Leaves the place to somebody else, who gives it back.</summary>
    public void HandOver() => _holdsPlace = false;

    public readonly AttemptList ToList(in AttemptOutcome last) => new(_earlier, last);

    private void Add(Backend backend)
    {
        if (_current.Backend is not null)
        {
            _earlier = _earlier is null ? [_current] : [.. _earlier, _current];
        }

        _current = new AttemptOutcome { Backend = backend, Stage = Stage.Connect };
        _beganAt = _isMeasured ? Stopwatch.GetTimestamp() : 0;
        _hasFirstByte = false;
    }

    private readonly ExclusionSet ExcludeTried(BackendSet set)
    {
        var excluded = default(ExclusionSet);
        var tried = new AttemptList(_earlier, _current);
        for (var i = 0; i < tried.Count; i++)
        {
            for (var index = 0; index < set.Count; index++)
            {
                if (ReferenceEquals(set[index].State, tried[i].Backend.State))
                {
                    excluded.Add(index);
                }
            }
        }

        return excluded;
    }
}
