using System;

namespace LbCore.Recording;

/// <summary>The attempts of one connection, oldest first. One attempt, which is the rule, takes no array.</summary>
internal readonly struct AttemptList
{
    private readonly AttemptOutcome[]? _earlier;
    private readonly AttemptOutcome _last;

    /// <param name="earlier">The attempts before the last, or null.</param>
    /// <param name="last">The last attempt; its backend is null when there was none at all.</param>
    public AttemptList(AttemptOutcome[]? earlier, in AttemptOutcome last)
    {
        _earlier = earlier;
        _last = last;
    }

    public int Count => _last.Backend is null ? 0 : (_earlier?.Length ?? 0) + 1;

    public AttemptOutcome this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return index < (_earlier?.Length ?? 0) ? _earlier![index] : _last;
        }
    }
}
