using System;

namespace LbCore.Transport;

/// <summary>Is one entry of a run queue: a work item, or a callback with its state.</summary>
internal readonly struct WorkItem
{
    private readonly object _target;
    private readonly object? _state;

    public WorkItem(ILoopWorkItem target)
    {
        _target = target;
        _state = null;
    }

    public WorkItem(Action<object?> callback, object? state)
    {
        _target = callback;
        _state = state;
    }

    /// <summary>Gets what the watchdog names when this entry holds the loop.</summary>
    public object Subject => _target is Action<object?> && _state is not null ? _state : _target;

    public void Execute()
    {
        if (_target is Action<object?> callback)
        {
            callback(_state);
        }
        else
        {
            ((ILoopWorkItem)_target).Execute();
        }
    }
}
