using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace LbCore.Messages;

/// <summary>See <see cref="LoopTaskBuilder"/>; for methods with a result.</summary>
internal struct LoopTaskBuilder<T>
{
    private LoopTaskBox<T>? _box;
    private T? _result;

    public readonly ValueTask<T> Task => _box is { } box ? new ValueTask<T>(box, box.Version) : new ValueTask<T>(_result!);

    public readonly ValueTask VoidTask => _box is { } box ? new ValueTask(box, box.Version) : default;

    public static LoopTaskBuilder<T> Create() => default;

#pragma warning disable CA1822 // The compiler calls these on the instance.
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }
#pragma warning restore CA1822

    public void SetResult(T result)
    {
        if (_box is null)
        {
            _result = result;
        }
        else
        {
            _box.SetResult(result);
        }
    }

    public void SetException(Exception exception) => (_box ??= new FailedBox<T>()).SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(BoxOf(ref stateMachine).Continuation);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(BoxOf(ref stateMachine).Continuation);

    private LoopTaskBox<T> BoxOf<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_box is { } known)
        {
            return known;
        }

        // The builder lies in the state machine, so it must know its box before that is copied into it.
        var box = LoopTaskBox<T, TStateMachine>.Rent();
        _box = box;
        box.StateMachine = stateMachine;
        return box;
    }
}
