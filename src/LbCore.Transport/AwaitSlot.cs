using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks.Sources;

namespace LbCore.Transport;

/// <summary>
/// Is the reusable waiting place of one direction: what an IValueTaskSource needs, in 32 bytes. For the loop's thread.
/// </summary>
internal struct AwaitSlot
{
    private const byte Idle = 0;
    private const byte Pending = 1;
    private const byte Signaled = 2;

    private Action<object?>? _continuation;
    private object? _state;
    private PendingCancellation? _cancellation;
    private short _version;
    private byte _status;

    public readonly bool IsPending => _status == Pending;

    public readonly bool IsBusy => _status != Idle;

    public readonly short Version => _version;

    /// <summary>Gets the token that cancelled the pending call, if one did.</summary>
    public readonly CancellationToken CanceledBy =>
        _cancellation is { Fired: true } cancellation ? cancellation.Token : CancellationToken.None;

    public short Begin()
    {
        Debug.Assert(_status == Idle, "One call a direction.");
        _status = Pending;
        return ++_version;
    }

    public void Watch(PendingCancellation cancellation) => _cancellation = cancellation;

    public readonly ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return _status == Signaled ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;
    }

    /// <summary>Keeps the continuation. True when the call has completed already: the caller then queues itself.</summary>
    public bool OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        if (_continuation is not null)
        {
            throw new InvalidOperationException("A ValueTask of a connection can be awaited only once.");
        }

        // Async methods restore their own context; only a bare OnCompleted asks for it. There is no synchronization
        // context on loops, so the scheduling flag has nothing to say.
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 && ExecutionContext.Capture() is { } context)
        {
            state = new ContextContinuation(continuation, state, context);
            continuation = ContextContinuation.Run;
        }

        _continuation = continuation;
        _state = state;
        return _status == Signaled;
    }

    /// <summary>Completes the call and runs its continuation in the caller's frame, which is the dispatch frame.</summary>
    public void Signal()
    {
        Debug.Assert(_status == Pending, "Only a pending call can complete.");
        _status = Signaled;
        _cancellation?.Unregister();
        RunContinuation();
    }

    public void RunContinuation()
    {
        var continuation = _continuation;
        if (continuation is not null)
        {
            var state = _state;
            _continuation = null;
            _state = null;
            continuation(state);
        }
    }

    /// <summary>Ends the call when its result is taken.</summary>
    public void End(short token)
    {
        Check(token);
        if (_status != Signaled)
        {
            throw new InvalidOperationException("The call has not completed yet: await it.");
        }

        _status = Idle;
        _cancellation = null;
    }

    public readonly bool IsWatching(PendingCancellation cancellation) =>
        _status == Pending && ReferenceEquals(_cancellation, cancellation);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Check(short token)
    {
        if (token != _version)
        {
            ThrowStale();
        }
    }

    private static void ThrowStale() => throw new InvalidOperationException("This ValueTask has been awaited already.");

    private sealed class ContextContinuation(Action<object?> continuation, object? state, ExecutionContext context)
    {
        public static readonly Action<object?> Run = static self => ((ContextContinuation)self!).RunInContext();

        private void RunInContext() => ExecutionContext.Run(context, static self =>
        {
            var me = (ContextContinuation)self!;
            me.Continue();
        }, this);

        private void Continue() => continuation(state);
    }
}
