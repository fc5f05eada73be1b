using System;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace LbCore.Messages;

/// <summary>Is where the result of a method that waits is put, and awaited once. For one thread at a time.</summary>
internal abstract class LoopTaskBox<T> : IValueTaskSource<T>, IValueTaskSource
{
    private Action<object?>? _continuation;
    private object? _state;
    private Exception? _exception;
    private T? _result;
    private bool _completed;

    protected LoopTaskBox() => Continuation = MoveNext;

    public Action Continuation { get; }

    public short Version { get; private set; }

    public void SetResult(T result)
    {
        _result = result;
        Complete();
    }

    public void SetException(Exception exception)
    {
        _exception = exception;
        Complete();
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return !_completed ? ValueTaskSourceStatus.Pending
            : _exception is null ? ValueTaskSourceStatus.Succeeded
            : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // Loops have no context to flow, and whoever awaits asks for the status first: a completed box is not waited for.
        Check(token);
        _continuation = continuation;
        _state = state;
        if (_completed)
        {
            RunContinuation();
        }
    }

    public T GetResult(short token)
    {
        Check(token);
        if (!_completed)
        {
            throw new InvalidOperationException("The method has not completed yet: await it.");
        }

        var result = _result;
        var exception = _exception;
        _result = default;
        _exception = null;
        _completed = false;
        Version++;
        Return();
        if (exception is not null)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        return result!;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    protected abstract void MoveNext();

    /// <summary>Gives the box back to where it came from.</summary>
    protected abstract void Return();

    private void Complete()
    {
        _completed = true;
        RunContinuation();
    }

    private void RunContinuation()
    {
        if (_continuation is { } continuation)
        {
            var state = _state;
            _continuation = null;
            _state = null;
            continuation(state);
        }
    }

    private void Check(short token)
    {
        if (token != Version)
        {
            throw new InvalidOperationException("This ValueTask has been awaited already.");
        }
    }
}
