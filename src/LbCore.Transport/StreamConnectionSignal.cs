using System;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace LbCore.Transport;

/// <summary>Wakes the one pump that waits for it, without allocating; setting it twice wakes once. On the loop only.</summary>
internal sealed class StreamConnectionSignal : IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private bool _set;
    private bool _stopped;

    public void Set()
    {
        if (!_set)
        {
            _set = true;
            _core.SetResult(!_stopped);
        }
    }

    /// <summary>Ends the pump, at once or when it comes round again.</summary>
    public void Stop()
    {
        _stopped = true;
        Set();
    }

    /// <summary>Waits for the next <see cref="Set"/>. False when there will be none.</summary>
    public ValueTask<bool> WaitAsync() => new(this, _core.Version);

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _core.GetResult(token);
        _core.Reset();
        _set = false;
        return !_stopped;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
